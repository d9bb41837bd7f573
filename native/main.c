/* Runs the program that is compiled into the executable. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host.h"

/* Bytecode of an ES module, written by qjsc. */
extern const uint8_t program[];
extern const uint32_t program_size;

/* Enough for any input that makes sense; more ends in an error that the program can catch. */
static const size_t memory_limit = 256u << 20;
static const size_t stack_limit = 4u << 20;

/* Those that ask a program to end, in the order in which they are answered. */
static const int held_signals[] = {SIGHUP, SIGINT, SIGTERM};

/* Rejected promises that nobody has taken care of yet, and the reason of the last one. */
struct rejections {
  int count;
  JSValue reason;
};

/* Sees to it that descriptors 0 to 2 are taken, so that no file that is opened later becomes standard output.
 */
static void occupy_standard_descriptors(void) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    if (open("/dev/null", O_RDWR) != descriptor) abort();
  }
}

static void hold_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < LENGTH_OF(held_signals); i++) {
    struct sigaction action;
    if (sigaction(held_signals[i], NULL, &action) != 0) abort();
    /* A blocked signal is kept even when it is ignored, and nohup(1) would then be of no use. */
    if (action.sa_handler != SIG_IGN) sigaddset(&set, held_signals[i]);
  }
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) abort();
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) abort();
}

/* The signal that came meanwhile, 0 for none. */
static int pending_signal(void) {
  sigset_t pending;
  if (sigpending(&pending) != 0) return 0;
  for (int i = 0; i < LENGTH_OF(held_signals); i++)
    if (sigismember(&pending, held_signals[i]) == 1) return held_signals[i];
  return 0;
}

static size_t available_stack(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return stack_limit;
  size_t usable = (size_t)limit.rlim_cur / 4 * 3;
  return usable < stack_limit ? usable : stack_limit;
}

static void print_property(JSContext *context, JSValueConst value, const char *name) {
  JSValue property = name ? JS_GetPropertyStr(context, value, name) : JS_DupValue(context, value);
  const char *text = JS_ToCString(context, property);
  if (text) {
    size_t length = strlen(text);
    fprintf(stderr, "%s%s", text, length > 0 && text[length - 1] == '\n' ? "" : "\n");
    JS_FreeCString(context, text);
  } else {
    JS_FreeValue(context, JS_GetException(context));
  }
  JS_FreeValue(context, property);
}

/* Prints what was thrown. Where it happened is for developers. */
static void report(JSContext *context, JSValueConst error) {
  print_property(context, error, NULL);
  const char *debug = getenv("LXC_CNI_DEBUG");
  if (debug && strcmp(debug, "1") == 0 && JS_IsError(error)) print_property(context, error, "stack");
}

static void track_rejection(
    JSContext *context, JSValueConst promise, JSValueConst reason, bool handled, void *opaque) {
  (void)promise;
  struct rejections *rejections = opaque;
  rejections->count += handled ? -1 : 1;
  if (handled) return;
  JS_FreeValue(context, rejections->reason);
  rejections->reason = JS_DupValue(context, reason);
}

static int define_host_exports(JSContext *context, JSModuleDef *module);
static int declare_host_exports(JSContext *context, JSModuleDef *module);

/* Evaluates the program's module and whatever it left to do. Returns false after printing why it failed. */
static bool run_program(JSContext *context, struct rejections *rejections) {
  JSValue module = JS_ReadObject(context, program, program_size, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(module) || JS_ResolveModule(context, module) != 0) goto failed;

  JSValue evaluation = JS_EvalFunction(context, module);
  if (JS_IsException(evaluation)) goto failed;
  JSContext *job_context;
  int executed;
  while ((executed = JS_ExecutePendingJob(JS_GetRuntime(context), &job_context)) > 0) continue;
  JSPromiseStateEnum state = JS_PromiseState(context, evaluation);
  JSValue result = JS_PromiseResult(context, evaluation);
  JS_FreeValue(context, evaluation);

  bool succeeded = executed == 0 && rejections->count == 0 && state == JS_PROMISE_FULFILLED;
  if (executed < 0) {
    JSValue error = JS_GetException(context);
    report(context, error);
    JS_FreeValue(context, error);
  } else if (state == JS_PROMISE_REJECTED) {
    report(context, result);
  } else if (rejections->count > 0) {
    report(context, rejections->reason);
  } else if (state == JS_PROMISE_PENDING) {
    fputs("Error: the program waits for something that never comes\n", stderr);
  }
  JS_FreeValue(context, result);
  return succeeded;

failed:;
  JSValue error = JS_GetException(context);
  report(context, error);
  JS_FreeValue(context, error);
  return false;
}

int main(int argument_count, char **arguments) {
  process = (struct process){.argument_count = argument_count, .arguments = arguments};
  occupy_standard_descriptors();
  hold_signals();

  JSRuntime *runtime = JS_NewRuntime();
  JSContext *context = runtime ? JS_NewContext(runtime) : NULL;
  if (!context) {
    fputs("Error: out of memory\n", stderr);
    return EXIT_FAILURE;
  }
  JS_SetMemoryLimit(runtime, memory_limit);
  JS_SetMaxStackSize(runtime, available_stack());
  struct rejections rejections = {0, JS_UNDEFINED};
  JS_SetHostPromiseRejectionTracker(runtime, track_rejection, &rejections);

  JSModuleDef *host = JS_NewCModule(context, "lxc-cni:host", define_host_exports);
  bool succeeded = host && declare_host_exports(context, host) == 0 && run_program(context, &rejections);

#ifdef __SANITIZE_ADDRESS__
  /* Shows what leaks. Elsewhere the end of the process does it, 0.3 ms sooner. */
  JS_FreeValue(context, rejections.reason);
  JS_FreeContext(context);
  JS_FreeRuntime(runtime);
#endif

  int signal_number = pending_signal();
  if (signal_number != 0) return 128 + signal_number;
  return succeeded ? process.exit_status : EXIT_FAILURE;
}

/* --- the module --- */

static const struct host_functions *const parts[] = {
    &process_functions,
    &file_functions,
    &lock_functions,
    &namespace_functions,
    &netlink_functions,
    &command_functions,
    &clock_functions,
};

static int declare_host_exports(JSContext *context, JSModuleDef *module) {
  for (int i = 0; i < LENGTH_OF(parts); i++)
    if (JS_AddModuleExportList(context, module, parts[i]->entries, parts[i]->count) != 0) return -1;
  return 0;
}

static int define_host_exports(JSContext *context, JSModuleDef *module) {
  for (int i = 0; i < LENGTH_OF(parts); i++)
    if (JS_SetModuleExportList(context, module, parts[i]->entries, parts[i]->count) != 0) return -1;
  return 0;
}

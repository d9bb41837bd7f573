/*
 * Child processes.
 *
 * Standard input, output and error of a child are files in memory. So there is nothing to keep flowing while
 * it runs, no pipe that fills up, and nothing that a grandchild could keep open.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

/* A command, ready to be started. */
struct command {
  const char *program;
  char **arguments;
  char **environment;
  pid_t parent;
  int netns; /* -1 for that of this process */
  int input;
  int output;
  int errors;
};

/* Where a command stands after it was started, or why it was not. */
struct start {
  pid_t pid;
  int pidfd; /* -1 where there is none to be had */
  int error;
  const char *failed;
};

/* --- lists of strings --- */

static void strings_free(JSContext *context, char **strings) {
  if (!strings) return;
  for (char **string = strings; *string; string++) js_free(context, *string);
  js_free(context, strings);
}

/* A NULL-terminated copy of an array of strings, NULL with an exception pending. */
static char **strings_from_value(JSContext *context, JSValueConst array) {
  int64_t length;
  if (JS_GetLength(context, array, &length) != 0) return NULL;
  char **strings = js_mallocz(context, ((size_t)length + 1) * sizeof(*strings));
  if (!strings) return NULL;
  for (int64_t i = 0; i < length; i++) {
    JSValue value = JS_GetPropertyInt64(context, array, i);
    struct text text = {0};
    if (!JS_IsException(value) && path_from_value(context, value, &text)) {
      strings[i] = js_strdup(context, text.bytes);
      text_free(context, &text);
    }
    JS_FreeValue(context, value);
    if (!strings[i]) {
      strings_free(context, strings);
      return NULL;
    }
  }
  return strings;
}

/* --- starting --- */

/*
 * What the child does between vfork(2) and execve(2). It shares this process's memory, and nothing else: so
 * it makes system calls only, and leaves behind why it failed.
 */
static _Noreturn void become(
    const struct command *command, const sigset_t *signals, volatile struct start *start) {
  /* Killed, this process can finish nothing: then nothing may go on behind its back, after whatever comes
   * next. */
  start->failed = "prctl";
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) goto failed;
  if (getppid() != command->parent) _exit(127);

  const int standard[] = {command->input, command->output, command->errors};
  start->failed = "dup2";
  for (int i = 0; i < 3; i++)
    if (dup2(standard[i], i) < 0) goto failed;

  start->failed = "setns";
  if (command->netns >= 0 && setns(command->netns, CLONE_NEWNET) != 0) goto failed;

  /* Of what this process was started with, nothing is the child's business. Older kernels lack the call. */
  (void)syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
  struct sigaction standard_action = {.sa_handler = SIG_DFL};
  for (int number = 1; number < SIGRTMIN; number++)
    if (number != SIGKILL && number != SIGSTOP) (void)sigaction(number, &standard_action, NULL);
  (void)sigprocmask(SIG_SETMASK, signals, NULL);

  start->failed = "spawn";
  execve(command->program, command->arguments, command->environment);
failed:
  start->error = errno;
  _exit(127);
}

static struct start start_command(const struct command *command) {
  volatile struct start start = {.pid = -1, .pidfd = -1};
  sigset_t all, none, previous;
  sigfillset(&all);
  sigemptyset(&none);
  /* A handler that runs in the child would run in this process's memory. */
  sigprocmask(SIG_SETMASK, &all, &previous);
  pid_t pid = vfork();
  if (pid == 0) become(command, &none, &start);
  int number = errno;
  sigprocmask(SIG_SETMASK, &previous, NULL);

  struct start result = start;
  result.pid = pid;
  if (pid < 0) {
    result.error = number;
    result.failed = "spawn";
  } else if (result.error == 0) {
    /* Linux before 5.3 has none, nor have some policies (seccomp). */
    result.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  } else {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  }
  return result;
}

/* The files that become the child's standard descriptors. Returns false with errno set. */
static bool open_standard_files(struct command *command, const struct text *input) {
  command->input = input ? memfd_create("input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
  command->output = memfd_create("output", MFD_CLOEXEC);
  command->errors = memfd_create("errors", MFD_CLOEXEC);
  if (command->input < 0 || command->output < 0 || command->errors < 0) return false;
  if (!input) return true;
  int number = write_fully(command->input, input->bytes, input->length);
  if (number == 0 && lseek(command->input, 0, SEEK_SET) < 0) number = errno;
  errno = number;
  return number == 0;
}

static void close_if_open(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

static JSValue describe_child(JSContext *context, const struct start *start, const struct command *command) {
  const struct field fields[] = {
      {"pid", JS_NewInt32(context, start->pid)},
      {"pidfd", JS_NewInt32(context, start->pidfd)},
      {"output", JS_NewInt32(context, command->output)},
      {"errors", JS_NewInt32(context, command->errors)},
  };
  return object_from_fields(context, fields, LENGTH_OF(fields));
}

static JSValue host_spawn(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text program = {0}, input = {0};
  struct command command = {.parent = getpid(), .netns = -1, .input = -1, .output = -1, .errors = -1};
  bool has_input = !JS_IsUndefined(values[3]);
  JSValue result = JS_EXCEPTION;

  if (!path_from_value(context, values[0], &program)) goto done;
  command.program = program.bytes;
  if (!(command.arguments = strings_from_value(context, values[1]))) goto done;
  if (!(command.environment = strings_from_value(context, values[2]))) goto done;
  if (has_input && !text_from_value(context, values[3], &input)) goto done;
  if (!netns_from_value(context, values[4], &command.netns)) goto done;

  if (!open_standard_files(&command, has_input ? &input : NULL)) {
    result = throw_system_error(context, errno, "memfd_create", NULL, NULL);
    goto done;
  }
  struct start start = start_command(&command);
  if (start.error != 0) {
    result = throw_system_error(context, start.error, start.failed, command.program, NULL);
    goto done;
  }
  result = describe_child(context, &start, &command);
  if (!JS_IsException(result)) command.output = command.errors = -1;

done:
  close_if_open(command.input);
  close_if_open(command.output);
  close_if_open(command.errors);
  strings_free(context, command.arguments);
  strings_free(context, command.environment);
  text_free(context, &input);
  text_free(context, &program);
  return result;
}

/* --- waiting --- */

/* Looks again and again whether a child has ended, until it has or `deadline` is over. */
static bool look_for_end(pid_t pid, double deadline) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (;;) {
    siginfo_t end = {0};
    int failed = waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT);
    if (failed ? errno != EINTR : end.si_pid == pid) return true;
    if (clock_milliseconds() >= deadline) return false;
    (void)nanosleep(&pause, NULL);
  }
}

/* Waits for a child's end until `deadline`. Returns whether it has ended. */
static bool has_ended_by(pid_t pid, int pidfd, double deadline) {
  if (pidfd < 0) return look_for_end(pid, deadline);
  struct pollfd entry = {.fd = pidfd, .events = POLLIN};
  int ready;
  do ready = poll(&entry, 1, clock_patience(deadline));
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/* Waits for a child's end until `deadline`, then kills it; `late` tells whether it had to. Returns an error number. */
static int await_end(pid_t pid, int pidfd, double deadline, siginfo_t *end, bool *late) {
  *late = !has_ended_by(pid, pidfd, deadline);
  /* Its number is its own until it has been waited for. */
  if (*late) (void)kill(pid, SIGKILL);
  while (waitid(P_PID, (id_t)pid, end, WEXITED) != 0)
    if (errno != EINTR) return errno;
  *late = *late && end->si_code != CLD_EXITED;
  return 0;
}

static bool number_field(JSContext *context, JSValueConst child, const char *name, int *number) {
  JSValue value = JS_GetPropertyStr(context, child, name);
  bool succeeded = !JS_IsException(value) && JS_ToInt32(context, number, value) == 0;
  JS_FreeValue(context, value);
  return succeeded;
}

static JSValue read_from_start(JSContext *context, int descriptor) {
  if (lseek(descriptor, 0, SEEK_SET) < 0) return throw_system_error(context, errno, "lseek", NULL, NULL);
  return read_to_end(context, descriptor);
}

static JSValue describe_end(JSContext *context, const siginfo_t *end, bool late, int output, int errors) {
  bool exited = end->si_code == CLD_EXITED;
  JSValue number = JS_NewInt32(context, end->si_status);
  const struct field fields[] = {
      {"status", exited ? number : JS_UNDEFINED},
      {"signal", exited ? JS_UNDEFINED : number},
      {"late", JS_NewBool(context, late)},
      {"output", read_from_start(context, output)},
      {"errors", read_from_start(context, errors)},
  };
  return object_from_fields(context, fields, LENGTH_OF(fields));
}

static JSValue host_reap(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int pid, pidfd, output, errors;
  double deadline;
  if (!number_field(context, values[0], "pid", &pid) || !number_field(context, values[0], "pidfd", &pidfd) ||
      !number_field(context, values[0], "output", &output) ||
      !number_field(context, values[0], "errors", &errors) ||
      JS_ToFloat64(context, &deadline, values[1]) != 0)
    return JS_EXCEPTION;

  siginfo_t end = {0};
  bool late;
  int number = await_end(pid, pidfd, deadline, &end, &late);
  JSValue outcome = number == 0 ? describe_end(context, &end, late, output, errors)
                                : throw_system_error(context, number, "waitid", NULL, NULL);
  close_if_open(pidfd);
  close(output);
  close(errors);
  return outcome;
}

static JSValue host_has_ended(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int pid, pidfd;
  double deadline;
  if (!number_field(context, values[0], "pid", &pid) || !number_field(context, values[0], "pidfd", &pidfd) ||
      JS_ToFloat64(context, &deadline, values[1]) != 0)
    return JS_EXCEPTION;
  return JS_NewBool(context, has_ended_by(pid, pidfd, deadline));
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("spawn", 5, host_spawn),
    JS_CFUNC_DEF("hasEnded", 2, host_has_ended),
    JS_CFUNC_DEF("reap", 2, host_reap),
};

const struct host_functions command_functions = HOST_FUNCTIONS(entries);

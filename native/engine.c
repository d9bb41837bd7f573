/* Sets the engine up, and takes the program through its life: read, evaluated, run. */

#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "host.h"

/* Enough for any input that makes sense; more ends in an error that the program can catch. */
static const size_t memory_limit = 256u << 20;
static const size_t stack_limit = 4u << 20;

struct engine *engine;

/* --- errors --- */

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

/* Whether somebody wants to know where an error happened. */
static bool is_debugging(void) {
  const char *debug = getenv("LXC_CNI_DEBUG");
  return debug && strcmp(debug, "1") == 0;
}

/* Has errors tell where they happened, or not: finding that out takes the engine longer than most calls. */
static bool set_stack_traces(JSContext *context, int frames) {
  JSValue global = JS_GetGlobalObject(context);
  JSValue error = JS_GetPropertyStr(context, global, "Error");
  bool succeeded = JS_SetPropertyStr(context, error, "stackTraceLimit", JS_NewInt32(context, frames)) >= 0;
  JS_FreeValue(context, error);
  JS_FreeValue(context, global);
  return succeeded;
}

/* Prints what was thrown. Where it happened is for developers. */
static void report(JSContext *context, JSValueConst error) {
  /* What the engine throws where there is no memory for an error either. */
  if (JS_IsNull(error)) {
    fputs("Error: out of memory\n", stderr);
    return;
  }
  print_property(context, error, NULL);
  if (is_debugging() && JS_IsError(error)) print_property(context, error, "stack");
}

static bool report_exception(JSContext *context) {
  JSValue error = JS_GetException(context);
  report(context, error);
  JS_FreeValue(context, error);
  return false;
}

static void track_rejection(
    JSContext *context, JSValueConst promise, JSValueConst reason, bool handled, void *opaque) {
  (void)promise, (void)opaque;
  struct rejections *rejections = &engine->rejections;
  rejections->count += handled ? -1 : 1;
  if (handled) return;
  JS_FreeValue(context, rejections->reason);
  rejections->reason = JS_DupValue(context, reason);
}

/* --- setting it up --- */

static const struct host_functions *const parts[] = {
    &process_functions,
    &file_functions,
    &path_functions,
    &lock_functions,
    &namespace_functions,
    &netlink_functions,
    &aside_functions,
    &unix_functions,
    &unix_message_functions,
    &command_functions,
    &clock_functions,
    &syslog_functions,
    &hash_functions,
    &text_functions,
    &address_functions,
    &compose_functions,
    &message_functions,
    &statement_functions,
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

/* The language and nothing else: not even the engine's clock, which would show when it was set up. */
static bool add_language(JSContext *context) {
  return JS_AddIntrinsicBaseObjects(context) == 0 && JS_AddIntrinsicDate(context) == 0 &&
         JS_AddIntrinsicRegExp(context) == 0 && JS_AddIntrinsicJSON(context) == 0 &&
         JS_AddIntrinsicProxy(context) == 0 && JS_AddIntrinsicMapSet(context) == 0 &&
         JS_AddIntrinsicTypedArrays(context) == 0 && JS_AddIntrinsicPromise(context) == 0 &&
         JS_AddIntrinsicWeakRef(context) == 0;
}

/* Math.random() would give what it gave the last time, since its seed may be as old as the executable. */
static bool remove_random(JSContext *context) {
  JSValue global = JS_GetGlobalObject(context);
  JSValue math = JS_GetPropertyStr(context, global, "Math");
  JSAtom name = JS_NewAtom(context, "random");
  bool removed = name != JS_ATOM_NULL && JS_DeleteProperty(context, math, name, 0) > 0;
  JS_FreeAtom(context, name);
  JS_FreeValue(context, math);
  JS_FreeValue(context, global);
  return removed;
}

/* What import() leads to. */
static JSModuleDef *load_later(JSContext *context, const char *name, void *opaque) {
  (void)opaque;
  for (const struct module *each = later_modules; each->name; each++) {
    if (strcmp(each->name, name) != 0) continue;
    JSValue module = JS_ReadObject(context, each->bytes, each->size, JS_READ_OBJ_BYTECODE);
    if (JS_IsException(module)) return NULL;
    JSModuleDef *definition = JS_VALUE_GET_PTR(module);
    /* The engine has it in its list of modules. */
    JS_FreeValue(context, module);
    return definition;
  }
  JS_ThrowReferenceError(context, "the program has no module %s", name);
  return NULL;
}

bool engine_create(struct engine *place, const JSMallocFunctions *allocator) {
  engine = place;
  *engine = (struct engine){
      .runtime = allocator ? JS_NewRuntime2(allocator, NULL) : JS_NewRuntime(),
      .module = JS_UNDEFINED,
      .main = JS_UNDEFINED,
      .rejections = {.reason = JS_UNDEFINED},
  };
  if (!engine->runtime) return false;
  engine_enter();
  JSContext *context = engine->context = JS_NewContextRaw(engine->runtime);
  if (!context || !add_language(context) || !remove_random(context)) return false;
  JS_SetMemoryLimit(engine->runtime, memory_limit);
  JS_SetModuleLoaderFunc(engine->runtime, NULL, load_later, NULL);
  JS_SetHostPromiseRejectionTracker(engine->runtime, track_rejection, NULL);
  JSModuleDef *host = JS_NewCModule(context, "lxc-cni:host", define_host_exports);
  return host && declare_host_exports(context, host) == 0;
}

static size_t available_stack(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return stack_limit;
  size_t usable = (size_t)limit.rlim_cur / 4 * 3;
  return usable < stack_limit ? usable : stack_limit;
}

void engine_enter(void) {
  JS_UpdateStackTop(engine->runtime);
  JS_SetMaxStackSize(engine->runtime, available_stack());
}

/* --- the program --- */

bool engine_load(void) {
  JSContext *context = engine->context;
  for (const struct module *each = modules; each->name; each++) {
    JS_FreeValue(context, engine->module);
    engine->module = JS_ReadObject(context, each->bytes, each->size, JS_READ_OBJ_BYTECODE);
    if (JS_IsException(engine->module)) return report_exception(context);
  }
  return JS_ResolveModule(context, engine->module) == 0 || report_exception(context);
}

/* Does what promises have left to do. */
static bool settle(void) {
  JSContext *context;
  int executed;
  while ((executed = JS_ExecutePendingJob(engine->runtime, &context)) > 0) continue;
  if (executed < 0) return report_exception(context);
  if (engine->rejections.count == 0) return true;
  report(engine->context, engine->rejections.reason);
  return false;
}

/* Whether the promise of an evaluation was kept. */
static bool is_fulfilled(JSContext *context, JSValueConst evaluation) {
  switch (JS_PromiseState(context, evaluation)) {
  case JS_PROMISE_FULFILLED:
    return true;
  case JS_PROMISE_REJECTED: {
    JSValue reason = JS_PromiseResult(context, evaluation);
    report(context, reason);
    JS_FreeValue(context, reason);
    return false;
  }
  default:
    fputs("Error: the program waits for something that never comes\n", stderr);
    return false;
  }
}

bool engine_evaluate(void) {
  JSContext *context = engine->context;
  JSValue evaluation = JS_EvalFunction(context, engine->module);
  engine->module = JS_UNDEFINED;
  if (JS_IsException(evaluation)) return report_exception(context);
  /* A module that throws has rejected its promise, of which it is told once. */
  bool is_rejected = JS_PromiseState(context, evaluation) == JS_PROMISE_REJECTED;
  bool succeeded = (is_rejected || settle()) && is_fulfilled(context, evaluation);
  JS_FreeValue(context, evaluation);
  return succeeded;
}

/* The status that the program ends with, or a promise of it. */
static bool set_exit_status(JSContext *context, JSValueConst status) {
  int32_t number;
  if (JS_PromiseState(context, status) == JS_PROMISE_NOT_A_PROMISE) {
    if (JS_ToInt32(context, &number, status) != 0) return report_exception(context);
    process.exit_status = number & 0xff;
    return settle();
  }
  if (!settle() || !is_fulfilled(context, status)) return false;
  JSValue result = JS_PromiseResult(context, status);
  bool succeeded = set_exit_status(context, result);
  JS_FreeValue(context, result);
  return succeeded;
}

bool engine_run_main(void) {
  JSContext *context = engine->context;
  if (JS_IsUndefined(engine->main)) return true;
  if (!set_stack_traces(context, is_debugging() ? 10 : 0)) return report_exception(context);
  JSValue status = JS_Call(context, engine->main, JS_UNDEFINED, 0, NULL);
  if (JS_IsException(status)) return report_exception(context);
  bool succeeded = set_exit_status(context, status);
  JS_FreeValue(context, status);
  return succeeded;
}

void engine_free(void) {
  JSContext *context = engine->context;
  JS_FreeValue(context, engine->rejections.reason);
  JS_FreeValue(context, engine->main);
  JS_FreeContext(context);
  JS_FreeRuntime(engine->runtime);
}

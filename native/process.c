/* What a process was given by whoever started it, and what it gives back. */

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "host.h"

struct process process;

static JSValue host_getpid(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  return JS_NewInt32(context, getpid());
}

static JSValue host_geteuid(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  return JS_NewUint32(context, geteuid());
}

static JSValue host_getegid(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  return JS_NewUint32(context, getegid());
}

/* As many as the kernel lets a process have (NGROUPS_MAX of linux/limits.h). */
static gid_t groups[1 << 16];

static JSValue host_getgroups(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  int length = getgroups(LENGTH_OF(groups), groups);
  if (length < 0) return throw_system_error(context, errno, "getgroups", NULL, NULL);
  return array_from_numbers(context, groups, length);
}

/* Fills `groups` from an array. Returns how many there are, -1 with an exception pending. */
static int groups_from_value(JSContext *context, JSValueConst array) {
  int64_t length;
  if (JS_GetLength(context, array, &length) != 0) return -1;
  if (length > LENGTH_OF(groups)) {
    throw_system_error(context, EINVAL, "setgroups", NULL, NULL);
    return -1;
  }
  for (int64_t i = 0; i < length; i++) {
    JSValue group = JS_GetPropertyInt64(context, array, i);
    bool succeeded = !JS_IsException(group) && JS_ToUint32(context, &groups[i], group) == 0;
    JS_FreeValue(context, group);
    if (!succeeded) return -1;
  }
  return (int)length;
}

static JSValue host_become(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  uint32_t user, group;
  if (JS_ToUint32(context, &user, values[0]) != 0 || JS_ToUint32(context, &group, values[1]) != 0)
    return JS_EXCEPTION;
  int length = groups_from_value(context, values[2]);
  if (length < 0) return JS_EXCEPTION;
  /* Only root may change groups: the user is the last to be changed on the way there, and the first on the
   * way back. */
  if (user == 0 && seteuid(user) != 0) return throw_system_error(context, errno, "seteuid", NULL, NULL);
  if (setgroups((size_t)length, groups) != 0)
    return throw_system_error(context, errno, "setgroups", NULL, NULL);
  if (setegid(group) != 0) return throw_system_error(context, errno, "setegid", NULL, NULL);
  if (seteuid(user) != 0) return throw_system_error(context, errno, "seteuid", NULL, NULL);
  return JS_UNDEFINED;
}

static JSValue host_arguments(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  JSValue list = JS_NewArray(context);
  if (JS_IsException(list)) return list;
  for (int i = 1; i < process.argument_count; i++) {
    JSValue argument = string_from_bytes(context, process.arguments[i], strlen(process.arguments[i]));
    if (append_value(context, list, (uint32_t)i - 1, argument)) continue;
    JS_FreeValue(context, list);
    return JS_EXCEPTION;
  }
  return list;
}

/* Whether a variable of that name stands before `entry`. */
static bool is_repeated(char **entry, size_t name_length) {
  for (char **earlier = environ; earlier < entry; earlier++)
    if (strncmp(*earlier, *entry, name_length + 1) == 0) return true;
  return false;
}

/* Adds `NAME=value` to `variables`. Of two with one name the first one counts, as with getenv(3). */
static bool add_variable(JSContext *context, JSValueConst variables, char **entry) {
  const char *separator = strchr(*entry, '=');
  size_t name_length = separator ? (size_t)(separator - *entry) : 0;
  if (!separator || is_repeated(entry, name_length)) return true;
  JSValue name = string_from_bytes(context, *entry, name_length);
  if (JS_IsException(name)) return false;
  JSAtom atom = JS_ValueToAtom(context, name);
  JS_FreeValue(context, name);
  if (atom == JS_ATOM_NULL) return false;
  JSValue value = string_from_bytes(context, separator + 1, strlen(separator + 1));
  bool succeeded =
      !JS_IsException(value) && JS_DefinePropertyValue(context, variables, atom, value, JS_PROP_C_W_E) >= 0;
  JS_FreeAtom(context, atom);
  return succeeded;
}

static JSValue host_environment(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  JSValue variables = JS_NewObject(context);
  if (JS_IsException(variables)) return variables;
  for (char **entry = environ; *entry; entry++) {
    if (!add_variable(context, variables, entry)) {
      JS_FreeValue(context, variables);
      return JS_EXCEPTION;
    }
  }
  return variables;
}

/* What the kernel says: also right when the file was replaced meanwhile, and then ending in " (deleted)". */
static JSValue host_executable(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  static const char link[] = "/proc/self/exe";
  char path[PATH_MAX];
  ssize_t length = readlink(link, path, sizeof(path));
  if (length < 0) return throw_system_error(context, errno, "readlink", link, NULL);
  return string_from_bytes(context, path, (size_t)length);
}

const int held_signals[held_signal_count] = {SIGHUP, SIGINT, SIGTERM};

int pending_signal(void) {
  sigset_t pending;
  if (sigpending(&pending) != 0) return 0;
  for (int i = 0; i < held_signal_count; i++)
    if (sigismember(&pending, held_signals[i]) == 1) return held_signals[i];
  return 0;
}

static JSValue host_is_asked_to_end(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  return JS_NewBool(context, pending_signal() != 0);
}

static JSValue host_isatty(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0])) return JS_EXCEPTION;
  return JS_NewBool(context, isatty(descriptor));
}

static JSValue host_run(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  if (!JS_IsUndefined(engine->main)) return JS_ThrowTypeError(context, "a program runs once");
  engine->main = JS_DupValue(context, values[0]);
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("getpid", 0, host_getpid),
    JS_CFUNC_DEF("geteuid", 0, host_geteuid),
    JS_CFUNC_DEF("getegid", 0, host_getegid),
    JS_CFUNC_DEF("getgroups", 0, host_getgroups),
    JS_CFUNC_DEF("become", 3, host_become),
    JS_CFUNC_DEF("programArguments", 0, host_arguments),
    JS_CFUNC_DEF("environment", 0, host_environment),
    JS_CFUNC_DEF("executable", 0, host_executable),
    JS_CFUNC_DEF("isAskedToEnd", 0, host_is_asked_to_end),
    JS_CFUNC_DEF("isatty", 1, host_isatty),
    JS_CFUNC_DEF("run", 1, host_run),
};

const struct host_functions process_functions = HOST_FUNCTIONS(entries);

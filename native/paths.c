/* Paths: what is done with what they lead to, without opening it. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

/* A call that is told apart by the name under which it is thrown. */
struct path_call {
  const char *name;
  int (*one)(const char *path);
  int (*two)(const char *path, const char *target);
};

enum { call_link, call_rename, call_symlink, call_unlink, call_rmdir };
static const struct path_call path_calls[] = {
    [call_link] = {.name = "link", .two = link},
    [call_rename] = {.name = "rename", .two = rename},
    [call_symlink] = {.name = "symlink", .two = symlink},
    [call_unlink] = {.name = "unlink", .one = unlink},
    [call_rmdir] = {.name = "rmdir", .one = rmdir},
};

static JSValue host_path_call(
    JSContext *context, JSValueConst self, int count, JSValueConst *values, int magic) {
  (void)self, (void)count;
  const struct path_call *call = &path_calls[magic];
  struct text path, target = {0};
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;
  if (call->two && !path_from_value(context, values[1], &target)) {
    text_free(context, &path);
    return JS_EXCEPTION;
  }
  int failed = call->two ? call->two(path.bytes, target.bytes) : call->one(path.bytes);
  JSValue result =
      failed ? throw_system_error(context, errno, call->name, path.bytes, target.bytes) : JS_UNDEFINED;
  text_free(context, &target);
  text_free(context, &path);
  return result;
}

static JSValue host_mkdir(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  uint32_t mode;
  struct text path;
  if (JS_ToUint32(context, &mode, values[1]) != 0 || !path_from_value(context, values[0], &path))
    return JS_EXCEPTION;
  JSValue result = mkdir(path.bytes, (mode_t)mode) == 0
                       ? JS_UNDEFINED
                       : throw_system_error(context, errno, "mkdir", path.bytes, NULL);
  text_free(context, &path);
  return result;
}

static JSValue host_realpath(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text path;
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;
  char *resolved = realpath(path.bytes, NULL);
  JSValue result = resolved ? string_from_bytes(context, resolved, strlen(resolved))
                            : throw_system_error(context, errno, "realpath", path.bytes, NULL);
  free(resolved);
  text_free(context, &path);
  return result;
}

static JSValue host_is_executable(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text path;
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;
  struct stat status;
  bool executable = stat(path.bytes, &status) == 0 && S_ISREG(status.st_mode) &&
                    faccessat(AT_FDCWD, path.bytes, X_OK, AT_EACCESS) == 0;
  text_free(context, &path);
  return JS_NewBool(context, executable);
}

/* --- stat --- */

static int64_t nanoseconds_of(const struct timespec *time) {
  return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static JSValue describe_status(JSContext *context, const struct stat *status) {
  const struct field fields[] = {
      {"mode", JS_NewUint32(context, status->st_mode)},
      {"uid", JS_NewUint32(context, status->st_uid)},
      {"gid", JS_NewUint32(context, status->st_gid)},
      {"dev", JS_NewInt64(context, (int64_t)status->st_dev)},
      {"ino", JS_NewInt64(context, (int64_t)status->st_ino)},
      {"size", JS_NewInt64(context, status->st_size)},
      {"mtime", JS_NewBigInt64(context, nanoseconds_of(&status->st_mtim))},
      {"ctime", JS_NewBigInt64(context, nanoseconds_of(&status->st_ctim))},
  };
  return object_from_fields(context, fields, LENGTH_OF(fields));
}

static JSValue host_set_modified(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int64_t seconds;
  struct text path;
  if (JS_ToInt64(context, &seconds, values[1]) != 0 || !path_from_value(context, values[0], &path))
    return JS_EXCEPTION;
  const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)seconds}};
  JSValue result = utimensat(AT_FDCWD, path.bytes, times, 0) == 0
                       ? JS_UNDEFINED
                       : throw_system_error(context, errno, "utime", path.bytes, NULL);
  text_free(context, &path);
  return result;
}

static JSValue host_stat(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text path;
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;
  struct stat status;
  JSValue result;
  if (stat(path.bytes, &status) == 0)
    result = describe_status(context, &status);
  else if (errno == ENOENT || errno == ENOTDIR)
    result = JS_UNDEFINED;
  else
    result = throw_system_error(context, errno, "stat", path.bytes, NULL);
  text_free(context, &path);
  return result;
}

/* --- directories --- */

static int compare_bytes(const struct dirent **left, const struct dirent **right) {
  return strcmp((*left)->d_name, (*right)->d_name);
}

static int is_no_dot_entry(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static JSValue host_scandir(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text path;
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;
  struct dirent **entries = NULL;
  int length = scandir(path.bytes, &entries, is_no_dot_entry, compare_bytes);
  JSValue result =
      length < 0 ? throw_system_error(context, errno, "scandir", path.bytes, NULL) : JS_NewArray(context);
  text_free(context, &path);

  for (int i = 0; i < length; i++) {
    const char *name = entries[i]->d_name;
    if (!JS_IsException(result) &&
        !append_value(context, result, (uint32_t)i, string_from_bytes(context, name, strlen(name)))) {
      JS_FreeValue(context, result);
      result = JS_EXCEPTION;
    }
    free(entries[i]);
  }
  free(entries);
  return result;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_MAGIC_DEF("link", 2, host_path_call, call_link),
    JS_CFUNC_MAGIC_DEF("rename", 2, host_path_call, call_rename),
    JS_CFUNC_MAGIC_DEF("symlink", 2, host_path_call, call_symlink),
    JS_CFUNC_MAGIC_DEF("unlink", 1, host_path_call, call_unlink),
    JS_CFUNC_MAGIC_DEF("rmdir", 1, host_path_call, call_rmdir),
    JS_CFUNC_DEF("mkdir", 2, host_mkdir),
    JS_CFUNC_DEF("scandir", 1, host_scandir),
    JS_CFUNC_DEF("stat", 1, host_stat),
    JS_CFUNC_DEF("setModified", 2, host_set_modified),
    JS_CFUNC_DEF("realpath", 1, host_realpath),
    JS_CFUNC_DEF("isExecutable", 1, host_is_executable),
};

const struct host_functions path_functions = HOST_FUNCTIONS(entries);

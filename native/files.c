/* Files: what is done with one that is open. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

/* Waits until a non-blocking descriptor is ready; poll(2) itself may be interrupted, the caller tries again
 * then. */
static void wait_until_ready(int descriptor, short events) {
  struct pollfd entry = {.fd = descriptor, .events = events};
  (void)poll(&entry, 1, -1);
}

static bool is_transient(int number) {
  return number == EINTR || number == EAGAIN;
}

/* --- descriptors --- */

/* With `magic` set, a file that is not there is no error but undefined. */
static JSValue host_open(JSContext *context, JSValueConst self, int count, JSValueConst *values, int magic) {
  (void)self, (void)count;
  int32_t flags;
  uint32_t mode;
  int netns;
  struct text path;
  if (JS_ToInt32(context, &flags, values[1]) != 0 || JS_ToUint32(context, &mode, values[2]) != 0 ||
      !netns_from_value(context, values[3], &netns) || !path_from_value(context, values[0], &path))
    return JS_EXCEPTION;

  JSValue result;
  int origin = netns < 0 ? -1 : netns_enter(netns);
  if (netns >= 0 && origin < 0) {
    result = throw_system_error(context, errno, "setns", NULL, NULL);
  } else {
    int descriptor, number;
    do {
      descriptor = open(path.bytes, flags | O_CLOEXEC, (mode_t)mode);
      number = errno;
    } while (descriptor < 0 && number == EINTR);
    if (origin >= 0) netns_leave(origin);
    if (descriptor >= 0)
      result = JS_NewInt32(context, descriptor);
    else if (magic && number == ENOENT)
      result = JS_UNDEFINED;
    else
      result = throw_system_error(context, number, "open", path.bytes, NULL);
  }
  text_free(context, &path);
  return result;
}

static JSValue host_close(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  /* After EINTR the descriptor is gone on Linux: a second close would hit somebody else's. */
  if (close(descriptor) != 0 && errno != EINTR)
    return throw_system_error(context, errno, "close", NULL, NULL);
  return JS_UNDEFINED;
}

JSValue read_to_end(JSContext *context, int descriptor) {
  /* One byte more than the file is said to hold from here on shows the end without another round. */
  struct stat status;
  off_t offset = lseek(descriptor, 0, SEEK_CUR);
  bool is_known = offset >= 0 && fstat(descriptor, &status) == 0 && status.st_size > offset;
  size_t capacity = is_known ? (size_t)(status.st_size - offset) + 1 : 16384;
  size_t length = 0;
  char *bytes = js_malloc(context, capacity);
  if (!bytes) return JS_EXCEPTION;
  for (;;) {
    if (length == capacity) {
      char *larger = js_realloc(context, bytes, capacity * 2);
      if (!larger) {
        js_free(context, bytes);
        return JS_EXCEPTION;
      }
      bytes = larger;
      capacity *= 2;
    }
    ssize_t got = read(descriptor, bytes + length, capacity - length);
    if (got == 0) break;
    if (got > 0) {
      length += (size_t)got;
    } else if (is_transient(errno)) {
      wait_until_ready(descriptor, POLLIN);
    } else {
      js_free(context, bytes);
      return throw_system_error(context, errno, "read", NULL, NULL);
    }
  }
  JSValue text = string_from_bytes(context, bytes, length);
  js_free(context, bytes);
  return text;
}

static JSValue host_read_all(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  return read_to_end(context, descriptor);
}

static JSValue host_read_input(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  sigset_t held;
  sigprocmask(SIG_SETMASK, &process.blocked, &held);
  JSValue text = read_to_end(context, 0);
  sigprocmask(SIG_SETMASK, &held, NULL);
  return text;
}

static JSValue host_read_regular(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  struct stat status;
  if (fstat(descriptor, &status) != 0) return throw_system_error(context, errno, "read", NULL, NULL);
  if (!S_ISREG(status.st_mode))
    return throw_system_error(context, S_ISDIR(status.st_mode) ? EISDIR : EINVAL, "read", NULL, NULL);

  /* A lease is short, and this is called for each. What is longer, or has no size, goes the longer way. */
  char bytes[512];
  if (status.st_size == 0 || status.st_size > (off_t)sizeof(bytes)) return read_to_end(context, descriptor);
  ssize_t got = pread(descriptor, bytes, sizeof(bytes), 0);
  if (got != status.st_size) return read_to_end(context, descriptor);
  return string_from_bytes(context, bytes, (size_t)got);
}

static JSValue host_read_tail(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  int64_t length;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || JS_ToInt64(context, &length, values[1]) != 0)
    return JS_EXCEPTION;
  struct stat status;
  if (fstat(descriptor, &status) != 0) return throw_system_error(context, errno, "fstat", NULL, NULL);
  off_t offset = length < status.st_size ? status.st_size - (off_t)length : 0;
  if (lseek(descriptor, offset, SEEK_SET) < 0) return throw_system_error(context, errno, "lseek", NULL, NULL);
  return read_to_end(context, descriptor);
}

int write_fully(int descriptor, const char *bytes, size_t length) {
  do {
    ssize_t written = write(descriptor, bytes, length);
    if (written >= 0) {
      bytes += written;
      length -= (size_t)written;
    } else if (is_transient(errno)) {
      wait_until_ready(descriptor, POLLOUT);
    } else {
      return errno;
    }
  } while (length > 0);
  return 0;
}

static JSValue host_write_all(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  struct text text;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || !text_from_value(context, values[1], &text))
    return JS_EXCEPTION;
  int number = write_fully(descriptor, text.bytes, text.length);
  text_free(context, &text);
  return number == 0 ? JS_UNDEFINED : throw_system_error(context, number, "write", NULL, NULL);
}

/* --- places in a file --- */

static JSValue host_read_at(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  int64_t offset;
  uint32_t length;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || JS_ToInt64(context, &offset, values[1]) != 0 ||
      JS_ToUint32(context, &length, values[2]) != 0)
    return JS_EXCEPTION;
  uint8_t *bytes = js_malloc(context, (size_t)length + 1);
  if (!bytes) return JS_EXCEPTION;
  size_t filled = 0;
  while (filled < length) {
    ssize_t got = pread(descriptor, bytes + filled, length - filled, (off_t)(offset + (int64_t)filled));
    if (got == 0) break;
    if (got > 0) {
      filled += (size_t)got;
    } else if (errno != EINTR) {
      js_free(context, bytes);
      return throw_system_error(context, errno, "read", NULL, NULL);
    }
  }
  JSValue array = JS_NewUint8ArrayCopy(context, bytes, filled);
  js_free(context, bytes);
  return array;
}

static JSValue host_write_at(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  int64_t offset;
  size_t length;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || JS_ToInt64(context, &offset, values[1]) != 0)
    return JS_EXCEPTION;
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[2]);
  if (!bytes) return JS_EXCEPTION;
  for (size_t done = 0; done < length;) {
    ssize_t written = pwrite(descriptor, bytes + done, length - done, (off_t)(offset + (int64_t)done));
    if (written >= 0)
      done += (size_t)written;
    else if (errno != EINTR)
      return throw_system_error(context, errno, "write", NULL, NULL);
  }
  return JS_UNDEFINED;
}

static JSValue host_truncate(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  return ftruncate(descriptor, 0) == 0 ? JS_UNDEFINED
                                       : throw_system_error(context, errno, "ftruncate", NULL, NULL);
}

static JSValue host_fchmod(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  uint32_t mode;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || JS_ToUint32(context, &mode, values[1]) != 0)
    return JS_EXCEPTION;
  return fchmod(descriptor, (mode_t)mode) == 0 ? JS_UNDEFINED
                                               : throw_system_error(context, errno, "fchmod", NULL, NULL);
}

static JSValue host_fsync(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  return fsync(descriptor) == 0 ? JS_UNDEFINED : throw_system_error(context, errno, "fsync", NULL, NULL);
}

static const JSCFunctionListEntry entries[] = {
    JS_PROP_INT32_DEF("O_RDONLY", O_RDONLY, 0),
    JS_PROP_INT32_DEF("O_WRONLY", O_WRONLY, 0),
    JS_PROP_INT32_DEF("O_RDWR", O_RDWR, 0),
    JS_PROP_INT32_DEF("O_CREAT", O_CREAT, 0),
    JS_PROP_INT32_DEF("O_EXCL", O_EXCL, 0),
    JS_PROP_INT32_DEF("O_NONBLOCK", O_NONBLOCK, 0),
    JS_PROP_INT32_DEF("O_DIRECTORY", O_DIRECTORY, 0),
    JS_PROP_INT32_DEF("O_NOFOLLOW", O_NOFOLLOW, 0),
    JS_PROP_INT32_DEF("O_PATH", O_PATH, 0),
    JS_CFUNC_MAGIC_DEF("open", 4, host_open, 0),
    JS_CFUNC_MAGIC_DEF("openIfThere", 4, host_open, 1),
    JS_CFUNC_DEF("close", 1, host_close),
    JS_CFUNC_DEF("readAll", 1, host_read_all),
    JS_CFUNC_DEF("readInput", 0, host_read_input),
    JS_CFUNC_DEF("readRegular", 1, host_read_regular),
    JS_CFUNC_DEF("readTail", 2, host_read_tail),
    JS_CFUNC_DEF("writeAll", 2, host_write_all),
    JS_CFUNC_DEF("readAt", 3, host_read_at),
    JS_CFUNC_DEF("writeAt", 3, host_write_at),
    JS_CFUNC_DEF("truncate", 1, host_truncate),
    JS_CFUNC_DEF("fchmod", 2, host_fchmod),
    JS_CFUNC_DEF("fsync", 1, host_fsync),
};

const struct host_functions file_functions = HOST_FUNCTIONS(entries);

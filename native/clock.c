/* Time and chance. */

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <sys/random.h>
#include <time.h>

#include "host.h"

double clock_milliseconds(void) {
  struct timespec now;
  /* Cannot fail: the clock exists and the pointer is good. */
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int clock_patience(double deadline) {
  double left = ceil(deadline - clock_milliseconds());
  if (!(left > 0)) return 0;
  return left < INT_MAX ? (int)left : INT_MAX;
}

struct timeval clock_timeval(double milliseconds) {
  double microseconds = fmin(fmax(ceil(milliseconds * 1000), 1), 1e15);
  return (struct timeval){
      .tv_sec = (time_t)(microseconds / 1e6),
      .tv_usec = (suseconds_t)fmod(microseconds, 1e6),
  };
}

static JSValue host_monotonic(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count, (void)values;
  return JS_NewFloat64(context, clock_milliseconds());
}

static JSValue host_sleep(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  double milliseconds;
  if (JS_ToFloat64(context, &milliseconds, values[0]) != 0) return JS_EXCEPTION;
  if (!(milliseconds > 0)) return JS_UNDEFINED;
  milliseconds = fmin(milliseconds, 1e12);
  struct timespec left = {
      .tv_sec = (time_t)(milliseconds / 1e3),
      .tv_nsec = (long)(fmod(milliseconds, 1e3) * 1e6),
  };
  while (nanosleep(&left, &left) != 0)
    if (errno != EINTR) return throw_system_error(context, errno, "nanosleep", NULL, NULL);
  return JS_UNDEFINED;
}

static JSValue host_random(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  uint32_t length;
  if (JS_ToUint32(context, &length, values[0]) != 0) return JS_EXCEPTION;
  uint8_t *bytes = js_malloc(context, (size_t)length + 1);
  if (!bytes) return JS_EXCEPTION;
  for (size_t filled = 0; filled < length;) {
    ssize_t got = getrandom(bytes + filled, length - filled, 0);
    if (got >= 0) {
      filled += (size_t)got;
    } else if (errno != EINTR) {
      js_free(context, bytes);
      return throw_system_error(context, errno, "getrandom", NULL, NULL);
    }
  }
  JSValue array = JS_NewUint8ArrayCopy(context, bytes, length);
  js_free(context, bytes);
  return array;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("monotonic", 0, host_monotonic),
    JS_CFUNC_DEF("sleep", 1, host_sleep),
    JS_CFUNC_DEF("random", 1, host_random),
};

const struct host_functions clock_functions = HOST_FUNCTIONS(entries);

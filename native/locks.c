/* flock(2) with patience. */

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

#include "host.h"

static void ignore_alarm(int number) {
  (void)number;
}

/*
 * Waits in the kernel's queue, which is fair and wakes at once, with an alarm as the way out. The alarm
 * repeats: one that rings just before flock(2) sleeps would be lost otherwise. Returns 0 or an errno,
 * EWOULDBLOCK when late.
 */
static int flock_patiently(int descriptor, int operation, double patience) {
  double deadline = clock_milliseconds() + patience;
  struct sigaction action = {.sa_handler = ignore_alarm}, previous_action;
  sigset_t set, previous_set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  if (sigaction(SIGALRM, &action, &previous_action) != 0) return errno;
  sigprocmask(SIG_UNBLOCK, &set, &previous_set);
  struct itimerval alarm = {.it_value = clock_timeval(patience), .it_interval = clock_timeval(5)};
  int number = setitimer(ITIMER_REAL, &alarm, NULL) == 0 ? EINTR : errno;

  while (number == EINTR) {
    if (flock(descriptor, operation) == 0) {
      number = 0;
    } else {
      number = errno;
      if (number == EINTR && clock_milliseconds() >= deadline) number = EWOULDBLOCK;
    }
  }

  struct itimerval none = {0};
  setitimer(ITIMER_REAL, &none, NULL);
  sigprocmask(SIG_SETMASK, &previous_set, NULL);
  sigaction(SIGALRM, &previous_action, NULL);
  return number;
}

static JSValue host_flock(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  double patience;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || JS_ToFloat64(context, &patience, values[2]) != 0)
    return JS_EXCEPTION;
  int operation = JS_ToBool(context, values[1]) ? LOCK_SH : LOCK_EX;
  int number = flock(descriptor, operation | LOCK_NB) == 0 ? 0 : errno;
  if ((number == EWOULDBLOCK || number == EINTR) && patience > 0)
    number = flock_patiently(descriptor, operation, patience);
  if (number == 0) return JS_TRUE;
  return number == EWOULDBLOCK ? JS_FALSE : throw_system_error(context, number, "flock", NULL, NULL);
}

static JSValue host_unlock(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  /* A process that was just started may have the file open for another moment, and closing would not be
   * enough. */
  (void)flock(descriptor, LOCK_UN);
  close(descriptor);
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("flock", 3, host_flock),
    JS_CFUNC_DEF("unlock", 1, host_unlock),
};

const struct host_functions lock_functions = HOST_FUNCTIONS(entries);

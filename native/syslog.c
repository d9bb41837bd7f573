/* The system's log. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host.h"

/* LOG_DAEMON of syslog.h: 3, above the three bits of the severity. */
#define FACILITY (3 << 3)

/*
 * syslog(3) would wait where nobody takes messages out of a socket that is full. A message without a time
 * gets that of its arrival.
 */
static void send_message(const char *message, size_t length) {
  const struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return;
  /* Where there is no log, or none that listens, there is nobody to tell. */
  (void)sendto(descriptor, message, length, MSG_NOSIGNAL, (const struct sockaddr *)&log, sizeof log);
  close(descriptor);
}

static JSValue host_syslog(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t severity;
  struct text text;
  if (JS_ToInt32(context, &severity, values[0]) != 0) return JS_EXCEPTION;
  if (!text_from_value(context, values[1], &text)) return JS_EXCEPTION;
  char *message;
  int length =
      asprintf(&message, "<%d>lxc-cni[%d]: %s", FACILITY | (severity & 7), (int)getpid(), text.bytes);
  text_free(context, &text);
  if (length < 0) return JS_ThrowOutOfMemory(context);
  send_message(message, (size_t)length);
  free(message);
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("syslog", 2, host_syslog),
};

const struct host_functions syslog_functions = HOST_FUNCTIONS(entries);

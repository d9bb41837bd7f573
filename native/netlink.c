/* Netlink sockets. What goes through them is composed and read in TypeScript. */

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

/* What the kernel takes at most (netlink_recvmsg). */
static const size_t dump_capacity = 32768;

/* Returns a descriptor that gets the events of `groups`, or -1 with errno set and `failed` naming the call. */
static int open_socket(int protocol, uint32_t groups, const char **failed) {
  *failed = "socket";
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (descriptor < 0) return -1;

  const int on = 1;
  const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  /* Dumps of what is asked for. Linux before 4.20 gives everything, so that its answers are looked through. */
  (void)setsockopt(descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
  *failed = "setsockopt";
  /* The reason of a refusal in words, and acknowledgements that do not repeat the request. */
  if (setsockopt(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) == 0 &&
      setsockopt(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) == 0) {
    *failed = "bind";
    if (bind(descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0) return descriptor;
  }
  int number = errno;
  close(descriptor);
  errno = number;
  return -1;
}

static JSValue host_netlink_open(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int protocol, netns;
  uint32_t groups = 0;
  if (JS_ToInt32(context, &protocol, values[0]) != 0) return JS_EXCEPTION;
  if (!netns_from_value(context, values[1], &netns)) return JS_EXCEPTION;
  if (!JS_IsUndefined(values[2]) && JS_ToUint32(context, &groups, values[2]) != 0) return JS_EXCEPTION;
  int origin = netns < 0 ? -1 : netns_enter(netns);
  if (netns >= 0 && origin < 0) return throw_system_error(context, errno, "setns", NULL, NULL);

  const char *failed;
  int descriptor = open_socket(protocol, groups, &failed);
  int number = errno;
  /* The socket stays where it was made. */
  if (origin >= 0) netns_leave(origin);
  return descriptor < 0 ? throw_system_error(context, number, failed, NULL, NULL)
                        : JS_NewInt32(context, descriptor);
}

static JSValue host_netlink_send(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  size_t length;
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[1]);
  if (!bytes) return JS_EXCEPTION;
  ssize_t sent;
  do sent = send(descriptor, bytes, length, 0);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? throw_system_error(context, errno, "send", NULL, NULL) : JS_UNDEFINED;
}

/* Waits for a datagram. Returns its length, -1 with errno set, or -2 when none came in time. */
static ssize_t next_datagram_length(int descriptor, double deadline) {
  for (;;) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    int ready = poll(&entry, 1, clock_patience(deadline));
    if (ready == 0) return -2;
    if (ready < 0 && errno != EINTR) return -1;
    if (ready < 0) continue;
    ssize_t length = recv(descriptor, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    if (length >= 0 || (errno != EINTR && errno != EAGAIN)) return length;
  }
}

static JSValue host_netlink_receive(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  double patience;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || JS_ToFloat64(context, &patience, values[1]) != 0)
    return JS_EXCEPTION;
  double deadline = clock_milliseconds() + patience;

  for (;;) {
    ssize_t length = next_datagram_length(descriptor, deadline);
    if (length == -2) return JS_UNDEFINED;
    if (length < 0) return throw_system_error(context, errno, "recv", NULL, NULL);

    /* The kernel cuts the rest of a dump to the size of the largest buffer that it has seen. */
    size_t capacity = (size_t)length > dump_capacity ? (size_t)length : dump_capacity;
    uint8_t *bytes = js_malloc(context, capacity);
    if (!bytes) return JS_EXCEPTION;
    struct sockaddr_nl sender = {0};
    socklen_t sender_length = sizeof(sender);
    ssize_t got;
    do got = recvfrom(descriptor, bytes, capacity, 0, (struct sockaddr *)&sender, &sender_length);
    while (got < 0 && errno == EINTR);
    JSValue datagram = JS_UNDEFINED;
    if (got < 0)
      datagram = throw_system_error(context, errno, "recv", NULL, NULL);
    else if (sender.nl_pid == 0)
      datagram = JS_NewUint8ArrayCopy(context, bytes, (size_t)got);
    js_free(context, bytes);
    /* Any process may write to a netlink socket; only the kernel has the port id 0. */
    if (!JS_IsUndefined(datagram)) return datagram;
  }
}

static const JSCFunctionListEntry entries[] = {
    JS_PROP_INT32_DEF("NETLINK_ROUTE", NETLINK_ROUTE, 0),
    JS_PROP_INT32_DEF("NETLINK_NETFILTER", NETLINK_NETFILTER, 0),
    JS_CFUNC_DEF("netlinkOpen", 3, host_netlink_open),
    JS_CFUNC_DEF("netlinkSend", 2, host_netlink_send),
    JS_CFUNC_DEF("netlinkReceive", 2, host_netlink_receive),
};

const struct host_functions netlink_functions = HOST_FUNCTIONS(entries);

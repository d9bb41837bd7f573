/* Netlink sockets. What goes through them is composed and read in TypeScript, but for searches. */

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

/* The datagram that came last. The parts of a dump have 32 KiB at most (netlink_recvmsg()), other answers as
 * much as they need; what is not filled costs nothing. */
static uint8_t datagram[1 << 20];

/* Returns a descriptor that gets the events of `groups`, or -1 with errno set and the call in `failed`. */
static int open_socket(int protocol, uint32_t groups, const char **failed) {
  *failed = "socket";
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (descriptor < 0) return -1;

  const int on = 1;
  const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  /* Dumps of what is asked for. Linux before 4.20 gives everything, so its answers are looked through. */
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

/* --- receiving --- */

/* Takes the next datagram, waiting for it until `deadline`. Returns its length, -1 with errno set, or -2 when
 * none came in time. */
static ssize_t take_datagram(int descriptor, double deadline, struct sockaddr_nl *sender) {
  for (;;) {
    socklen_t sender_length = sizeof(*sender);
    /* First of all, since the kernel's answer is mostly there before it has been asked for. */
    const int flags = MSG_DONTWAIT | MSG_TRUNC;
    ssize_t length =
        recvfrom(descriptor, datagram, sizeof(datagram), flags, (struct sockaddr *)sender, &sender_length);
    if (length >= 0) return length;
    if (errno != EINTR && errno != EAGAIN) return -1;
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    int ready = poll(&entry, 1, clock_patience(deadline));
    if (ready == 0) return -2;
    if (ready < 0 && errno != EINTR) return -1;
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
    struct sockaddr_nl sender = {0};
    ssize_t length = take_datagram(descriptor, deadline, &sender);
    if (length == -2) return JS_UNDEFINED;
    if (length < 0) return throw_system_error(context, errno, "recv", NULL, NULL);
    /* Any process may write to a netlink socket; only the kernel has the port id 0. */
    if (sender.nl_pid != 0) continue;
    if ((size_t)length > sizeof(datagram)) return throw_system_error(context, EMSGSIZE, "recv", NULL, NULL);
    return JS_NewUint8ArrayCopy(context, datagram, (size_t)length);
  }
}

/* --- attributes --- */

/* The types that lib/net/netlink/attribute-values.ts tells of. */
enum { type_count = 128 };

static JSValue host_attribute_values(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  size_t length;
  uint32_t start;
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[0]);
  if (!bytes || JS_ToUint32(context, &start, values[1]) != 0) return JS_EXCEPTION;
  JSValue places[type_count];
  int used = 0;
  struct nlattr header;
  for (size_t at = start; at + sizeof(header) <= length; at += NLA_ALIGN(header.nla_len)) {
    memcpy(&header, bytes + at, sizeof(header));
    if (header.nla_len < sizeof(header) || at + header.nla_len > length) break;
    unsigned type = header.nla_type & NLA_TYPE_MASK;
    if (type >= type_count) continue;
    while (used <= (int)type) places[used++] = JS_NewInt32(context, 0);
    places[type] = JS_NewInt32(context, (int32_t)(at + sizeof(header)));
  }
  return JS_NewArrayFrom(context, used, places);
}

static const JSCFunctionListEntry entries[] = {
    JS_PROP_INT32_DEF("NETLINK_ROUTE", NETLINK_ROUTE, 0),
    JS_PROP_INT32_DEF("NETLINK_NETFILTER", NETLINK_NETFILTER, 0),
    JS_CFUNC_DEF("netlinkOpen", 3, host_netlink_open),
    JS_CFUNC_DEF("netlinkSend", 2, host_netlink_send),
    JS_CFUNC_DEF("netlinkReceive", 2, host_netlink_receive),
    JS_CFUNC_DEF("attributeValues", 2, host_attribute_values),
};

const struct host_functions netlink_functions = HOST_FUNCTIONS(entries);

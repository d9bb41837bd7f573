/* Messages over Unix sockets of sequenced packets: they keep their bounds, and have descriptors in them
 * (unix(7)). */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

static JSValue host_send_message(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor, passed = -1;
  struct text text;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  if (!JS_IsUndefined(values[2]) && JS_ToInt32(context, &passed, values[2]) != 0) return JS_EXCEPTION;
  if (!text_from_value(context, values[1], &text)) return JS_EXCEPTION;

  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec part = {.iov_base = (char *)text.bytes, .iov_len = text.length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (passed >= 0) {
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &passed, sizeof(int));
    message.msg_control = &control;
    message.msg_controllen = sizeof(control.space);
  }
  ssize_t sent;
  do sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  JSValue result = sent < 0 ? throw_system_error(context, errno, "sendmsg", NULL, NULL) : JS_UNDEFINED;
  text_free(context, &text);
  return result;
}

/* Waits until there is something to receive, or the other end is closed. */
static bool wait_for_message(int descriptor, double patience) {
  double deadline = clock_milliseconds() + patience;
  for (;;) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    int ready = poll(&entry, 1, clock_patience(deadline));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) return true;
  }
}

enum { message_limit = 1 << 16, passed_limit = 8 };

/* A message as it came. */
struct received {
  ssize_t length;
  uint32_t passed[passed_limit]; /* descriptors */
  int passed_count;
  bool is_cut;
};

static void receive_into(int descriptor, char *bytes, size_t size, struct received *received) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * passed_limit)];
  } control;
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  struct msghdr message = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof(control),
  };
  do received->length = recvmsg(descriptor, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (received->length < 0 && errno == EINTR);
  received->passed_count = 0;
  if (received->length < 0) return;
  received->is_cut = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int fitting = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int i = 0; i < fitting && received->passed_count < passed_limit; i++)
      memcpy(&received->passed[received->passed_count++], CMSG_DATA(header) + sizeof(int) * (size_t)i,
          sizeof(int));
  }
}

static JSValue host_receive_message(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  static char bytes[message_limit];
  int32_t descriptor;
  uint32_t limit;
  double patience;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0 || JS_ToUint32(context, &limit, values[1]) != 0 ||
      JS_ToFloat64(context, &patience, values[2]) != 0)
    return JS_EXCEPTION;
  if (!wait_for_message(descriptor, patience)) return JS_UNDEFINED;

  struct received received;
  receive_into(descriptor, bytes, limit < sizeof(bytes) ? limit : sizeof(bytes), &received);
  if (received.length < 0) return throw_system_error(context, errno, "recvmsg", NULL, NULL);
  if (received.is_cut) {
    for (int i = 0; i < received.passed_count; i++) close((int)received.passed[i]);
    return throw_system_error(context, EMSGSIZE, "recvmsg", NULL, NULL);
  }
  const struct field fields[] = {
      {"text", string_from_bytes(context, bytes, (size_t)received.length)},
      {"descriptors", array_from_numbers(context, received.passed, received.passed_count)},
  };
  return object_from_fields(context, fields, LENGTH_OF(fields));
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("sendMessage", 3, host_send_message),
    JS_CFUNC_DEF("receiveMessage", 3, host_receive_message),
};

const struct host_functions unix_message_functions = HOST_FUNCTIONS(entries);

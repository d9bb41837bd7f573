/* Unix sockets of sequenced packets: messages that keep their bounds, with descriptors in them (unix(7)). */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

static JSValue fail(JSContext *context, const char *syscall) {
  return throw_system_error(context, errno, syscall, NULL, NULL);
}

/* --- making and taking over --- */

/* Closes a socket on the way to an exception. */
static JSValue fail_closing(JSContext *context, int descriptor, const char *syscall, const char *path) {
  int number = errno;
  if (descriptor >= 0) close(descriptor);
  return throw_system_error(context, number, syscall, path, NULL);
}

static bool address_of(const char *path, struct sockaddr_un *address) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof(address->sun_path)) {
    errno = length == 0 ? ENOENT : ENAMETOOLONG;
    return false;
  }
  memcpy(address->sun_path, path, length);
  return true;
}

static JSValue connect_to(JSContext *context, const char *path, double patience) {
  struct sockaddr_un address;
  if (!address_of(path, &address)) return fail_closing(context, -1, "connect", path);
  int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(context, "socket");
  /* How long to wait for a place in the queue of those who want to connect, and later in that of messages. */
  const struct timeval time = clock_timeval(patience);
  if (setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) != 0)
    return fail_closing(context, descriptor, "setsockopt", path);
  int done;
  do done = connect(descriptor, (const struct sockaddr *)&address, sizeof(address));
  while (done != 0 && errno == EINTR);
  return done == 0 ? JS_NewInt32(context, descriptor) : fail_closing(context, descriptor, "connect", path);
}

static JSValue host_connect(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text path;
  double patience;
  if (JS_ToFloat64(context, &patience, values[1]) != 0) return JS_EXCEPTION;
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;
  JSValue result = connect_to(context, path.bytes, patience);
  text_free(context, &path);
  return result;
}

static JSValue listen_at(JSContext *context, const char *path, mode_t mode) {
  struct sockaddr_un address;
  if (!address_of(path, &address)) return fail_closing(context, -1, "bind", path);
  int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(context, "socket");
  /* With the mode that it is to have from its first moment on. */
  mode_t mask = umask(0777 & ~mode);
  int done = bind(descriptor, (const struct sockaddr *)&address, sizeof(address));
  int number = errno;
  umask(mask);
  errno = number;
  if (done != 0) return fail_closing(context, descriptor, "bind", path);
  if (listen(descriptor, SOMAXCONN) != 0) return fail_closing(context, descriptor, "listen", path);
  return JS_NewInt32(context, descriptor);
}

static JSValue host_listen(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text path;
  uint32_t mode;
  if (JS_ToUint32(context, &mode, values[1]) != 0) return JS_EXCEPTION;
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;
  JSValue result = listen_at(context, path.bytes, mode);
  text_free(context, &path);
  return result;
}

/* Takes over a descriptor that was inherited; tells whether it listens. */
static JSValue host_adopt_socket(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  int domain, type, listens;
  socklen_t length = sizeof(int);
  if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0 ||
      getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0 ||
      getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0)
    return fail(context, "getsockopt");
  if (domain != AF_UNIX || type != SOCK_SEQPACKET) {
    errno = EPROTOTYPE;
    return fail(context, "getsockopt");
  }
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) return fail(context, "fcntl");
  return JS_NewBool(context, listens != 0);
}

/* --- accepting --- */

/* Waits for the next connection, or for a signal that asks this process to end. Returns false for the latter. */
static bool wait_for_connection(int listener, int signals) {
  for (;;) {
    struct pollfd entries[] = {{.fd = listener, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    int ready = poll(entries, 2, -1);
    if (ready < 0 && errno != EINTR) return false;
    if (ready > 0) return entries[1].revents == 0;
  }
}

/* Lets those who have ended go, and waits for one where there are too many. */
static int reap_children(int children, int limit) {
  while (children > 0) {
    pid_t ended = waitpid(-1, NULL, children >= limit ? 0 : WNOHANG);
    if (ended > 0)
      children--;
    else if (ended == 0 || errno != EINTR)
      break;
  }
  return children;
}

/*
 * Gives each connection a process of its own, in which this returns it: whatever a client may have its process wait
 * for, nobody else waits. In the first process it returns undefined, when that has been asked to end.
 */
static JSValue host_accept_each(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t listener, limit;
  if (JS_ToInt32(context, &listener, values[0]) != 0 || JS_ToInt32(context, &limit, values[1]) != 0)
    return JS_EXCEPTION;
  sigset_t held;
  /* main() has blocked those that ask it to end, but for those that it was started to ignore. */
  if (sigprocmask(SIG_BLOCK, NULL, &held) != 0) return fail(context, "sigprocmask");
  int signals = signalfd(-1, &held, SFD_CLOEXEC);
  if (signals < 0) return fail(context, "signalfd");

  JSValue result = JS_UNDEFINED;
  for (int children = 0; wait_for_connection(listener, signals);) {
    children = reap_children(children, limit);
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) {
      if (errno == EINTR || errno == ECONNABORTED || errno == EAGAIN) continue;
      result = fail(context, "accept");
      break;
    }
    pid_t child = fork();
    if (child == 0) {
      close(listener);
      result = JS_NewInt32(context, connection);
      break;
    }
    close(connection);
    if (child > 0) children++;
  }
  close(signals);
  return result;
}

/* --- who is at the other end --- */

/* The largest number of groups that a process has (NGROUPS_MAX) is 65536; one that has more than this many counts as
 * being in none but its own. */
enum { group_limit = 1024 };

static JSValue groups_of(JSContext *context, int descriptor) {
  gid_t groups[group_limit];
  socklen_t length = sizeof(groups);
  /* Linux before 4.13 does not tell. */
  int known = getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == 0
      ? (int)(length / sizeof(gid_t))
      : 0;
  JSValue list = JS_NewArray(context);
  for (int i = 0; i < known && !JS_IsException(list); i++) {
    JSValue group = JS_NewUint32(context, groups[i]);
    if (JS_DefinePropertyValueUint32(context, list, (uint32_t)i, group, JS_PROP_C_W_E) >= 0) continue;
    JS_FreeValue(context, list);
    list = JS_EXCEPTION;
  }
  return list;
}

static JSValue host_peer(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  struct ucred peer;
  socklen_t length = sizeof(peer);
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
    return fail(context, "getsockopt");
  const struct field fields[] = {
      {"uid", JS_NewUint32(context, peer.uid)},
      {"gid", JS_NewUint32(context, peer.gid)},
      {"groups", groups_of(context, descriptor)},
  };
  return object_from_fields(context, fields, LENGTH_OF(fields));
}

/* --- messages --- */

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
  JSValue result = sent < 0 ? fail(context, "sendmsg") : JS_UNDEFINED;
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
  int passed[passed_limit];
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
      memcpy(&received->passed[received->passed_count++], CMSG_DATA(header) + sizeof(int) * (size_t)i, sizeof(int));
  }
}

static JSValue passed_to_array(JSContext *context, const struct received *received) {
  JSValue list = JS_NewArray(context);
  for (int i = 0; i < received->passed_count && !JS_IsException(list); i++) {
    JSValue descriptor = JS_NewInt32(context, received->passed[i]);
    if (JS_DefinePropertyValueUint32(context, list, (uint32_t)i, descriptor, JS_PROP_C_W_E) >= 0) continue;
    JS_FreeValue(context, list);
    list = JS_EXCEPTION;
  }
  return list;
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
  if (received.length < 0) return fail(context, "recvmsg");
  if (received.is_cut) {
    for (int i = 0; i < received.passed_count; i++) close(received.passed[i]);
    errno = EMSGSIZE;
    return fail(context, "recvmsg");
  }
  const struct field fields[] = {
      {"text", string_from_bytes(context, bytes, (size_t)received.length)},
      {"descriptors", passed_to_array(context, &received)},
  };
  return object_from_fields(context, fields, LENGTH_OF(fields));
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("unixConnect", 2, host_connect),
    JS_CFUNC_DEF("unixListen", 2, host_listen),
    JS_CFUNC_DEF("adoptSocket", 1, host_adopt_socket),
    JS_CFUNC_DEF("acceptEach", 2, host_accept_each),
    JS_CFUNC_DEF("peerOf", 1, host_peer),
    JS_CFUNC_DEF("sendMessage", 3, host_send_message),
    JS_CFUNC_DEF("receiveMessage", 3, host_receive_message),
};

const struct host_functions unix_functions = HOST_FUNCTIONS(entries);

/* Unix sockets of sequenced packets (unix(7)): connecting, accepting, and who is at the other end. */

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

/* What happens to the process that accepts. */
enum news { ASKED_TO_END, CHILD_ENDED, CONNECTED };

/* Waits for that. A `listener` of -1 stands for nobody who may connect. */
static enum news wait_for_news(int listener, int ends, int signals) {
  for (;;) {
    struct pollfd entries[] = {
        {.fd = signals, .events = POLLIN}, {.fd = ends, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    int ready = poll(entries, LENGTH_OF(entries), -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0 || entries[0].revents != 0) return ASKED_TO_END;
    return entries[1].revents != 0 ? CHILD_ENDED : CONNECTED;
  }
}

/* The processes that serve connections, and whom. */
enum { most_children = 256 };
struct children {
  int count;
  struct {
    pid_t pid;
    uid_t user;
  } each[most_children];
};

/* Lets those who have ended go. */
static void reap_children(struct children *children, int ends) {
  struct signalfd_siginfo each;
  /* One signal may stand for several ends. */
  (void)!read(ends, &each, sizeof(each));
  for (pid_t ended; (ended = waitpid(-1, NULL, WNOHANG)) > 0;)
    for (int i = 0; i < children->count; i++)
      if (children->each[i].pid == ended) children->each[i] = children->each[--children->count];
}

/* Finds out who has connected. Returns false where that user has as many connections as a user may. */
static bool may_connect(int connection, const struct children *children, int user_limit, uid_t *user) {
  struct ucred peer;
  socklen_t length = sizeof(peer);
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return false;
  *user = peer.uid;
  int served = 0;
  for (int i = 0; i < children->count; i++) served += children->each[i].user == peer.uid;
  return served < user_limit;
}

/* Where connections come from, what tells of children and of being asked to end, and how many may be served. */
struct service {
  int32_t listener, limit, user_limit;
  int ends, signals;
};

/* In a process that serves a connection, returns that; in the first one undefined, when it has been asked to end. */
static JSValue accept_each(JSContext *context, const struct service *service) {
  struct children children = {0};
  for (;;) {
    int listener = children.count < service->limit ? service->listener : -1;
    enum news news = wait_for_news(listener, service->ends, service->signals);
    if (news == ASKED_TO_END) return JS_UNDEFINED;
    if (news == CHILD_ENDED) {
      reap_children(&children, service->ends);
      continue;
    }
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) {
      if (errno == EINTR || errno == ECONNABORTED || errno == EAGAIN) continue;
      return fail(context, "accept");
    }
    uid_t user = 0;
    pid_t child = may_connect(connection, &children, service->user_limit, &user) ? fork() : -1;
    if (child == 0) {
      close(listener);
      return JS_NewInt32(context, connection);
    }
    close(connection);
    if (child > 0) {
      children.each[children.count].pid = child;
      children.each[children.count++].user = user;
    }
  }
}

/*
 * Gives each connection a process of its own, in which this returns it: whatever a client may have its process wait
 * for, nobody else waits. One of a user who has too many is closed; where there are too many in all, they wait. In the
 * first process it returns undefined, when that has been asked to end.
 */
static JSValue host_accept_each(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct service service;
  if (JS_ToInt32(context, &service.listener, values[0]) != 0 ||
      JS_ToInt32(context, &service.limit, values[1]) != 0 ||
      JS_ToInt32(context, &service.user_limit, values[2]) != 0)
    return JS_EXCEPTION;
  if (service.limit > most_children) service.limit = most_children;
  sigset_t child_ends, before;
  sigemptyset(&child_ends);
  sigaddset(&child_ends, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &child_ends, &before) != 0) return fail(context, "sigprocmask");
  /* main() has blocked those that ask it to end, but for those that it was started to ignore. */
  sigset_t asking = before;
  sigdelset(&asking, SIGCHLD);
  service.ends = signalfd(-1, &child_ends, SFD_CLOEXEC);
  service.signals = signalfd(-1, &asking, SFD_CLOEXEC);
  JSValue result = service.ends < 0 || service.signals < 0 ? fail(context, "signalfd")
                                                           : accept_each(context, &service);
  if (service.ends >= 0) close(service.ends);
  if (service.signals >= 0) close(service.signals);
  sigprocmask(SIG_SETMASK, &before, NULL);
  return result;
}

/* --- who is at the other end --- */

/* The largest number of groups that a process has (NGROUPS_MAX) is 65536; one that has more than this many
 * counts as being in none but its own. */
enum { group_limit = 1024 };

static JSValue groups_of(JSContext *context, int descriptor) {
  gid_t groups[group_limit];
  socklen_t length = sizeof(groups);
  /* Linux before 4.13 does not tell. */
  int known = getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == 0
                  ? (int)(length / sizeof(gid_t))
                  : 0;
  return array_from_numbers(context, groups, known);
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

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("unixConnect", 2, host_connect),
    JS_CFUNC_DEF("unixListen", 2, host_listen),
    JS_CFUNC_DEF("adoptSocket", 1, host_adopt_socket),
    JS_CFUNC_DEF("acceptEach", 3, host_accept_each),
    JS_CFUNC_DEF("peerOf", 1, host_peer),
};

const struct host_functions unix_functions = HOST_FUNCTIONS(entries);

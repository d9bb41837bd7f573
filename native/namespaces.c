/* Network namespaces. */

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

int netns_enter(int target) {
  /* Once opened, it stays open: this process always goes back to the one that it was in first. */
  static int origin = -1;
  if (origin < 0) origin = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  return origin >= 0 && setns(target, CLONE_NEWNET) == 0 ? origin : -1;
}

void netns_leave(int origin) {
  if (setns(origin, CLONE_NEWNET) != 0) {
    /* Going on would do to the wrong network whatever comes next. */
    perror("setns: no way back into the own network namespace");
    abort();
  }
}

bool netns_from_value(JSContext *context, JSValueConst value, int *netns) {
  if (!JS_IsUndefined(value)) return JS_ToInt32(context, netns, value) == 0;
  *netns = -1;
  return true;
}

/* The name of the call that showed that `descriptor` is no network namespace, NULL when it is one. */
static const char *refuse_other_than_netns(int descriptor) {
  if (ioctl(descriptor, NS_GET_NSTYPE) == CLONE_NEWNET) return NULL;
  errno = EINVAL;
  return "ioctl";
}

static JSValue describe_netns(JSContext *context, int descriptor, const struct stat *status) {
  char identity[48];
  snprintf(identity, sizeof(identity), "%llu:%llu", (unsigned long long)status->st_dev,
      (unsigned long long)status->st_ino);
  const struct field fields[] = {
      {"descriptor", JS_NewInt32(context, descriptor)},
      {"identity", JS_NewString(context, identity)},
  };
  return object_from_fields(context, fields, LENGTH_OF(fields));
}

static JSValue host_open_netns(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text path;
  if (!path_from_value(context, values[0], &path)) return JS_EXCEPTION;

  struct stat status;
  const char *failed = NULL;
  /* Without O_NONBLOCK, a FIFO at this path would be waited for. */
  int descriptor = open(path.bytes, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    failed = "open";
  else if (fstat(descriptor, &status) != 0)
    failed = "fstat";
  else
    failed = refuse_other_than_netns(descriptor);

  JSValue result = failed ? throw_system_error(context, errno, failed, path.bytes, NULL)
                          : describe_netns(context, descriptor, &status);
  if (JS_IsException(result) && descriptor >= 0) close(descriptor);
  text_free(context, &path);
  return result;
}

/*
 * Whether somebody else's descriptor is one of a namespace. Nothing is asked of the file itself: that of a
 * file system in user space would have its owner decide when the answer comes, and a device may take a
 * question for an order.
 */
static bool shows_netns(int descriptor) {
  char link[32], target[sizeof("net:[")];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  /* Every file that has a path begins with a slash here. */
  ssize_t length = readlink(link, target, sizeof(target) - 1);
  return length == (ssize_t)sizeof(target) - 1 && memcmp(target, "net:[", sizeof(target) - 1) == 0;
}

/* The user namespace that owns a network namespace, as NS_GET_USERNS gives it; false with `failed` naming the
 * call. */
static bool owner_of(int netns, bool *is_own, uid_t *user, const char **failed) {
  struct stat own, other;
  *failed = "ioctl";
  int owner = ioctl(netns, NS_GET_USERNS);
  if (owner < 0) return false;
  bool is_known = ioctl(owner, NS_GET_OWNER_UID, user) == 0 && fstat(owner, &other) == 0;
  int number = errno;
  close(owner);
  errno = number;
  *failed = "stat";
  if (!is_known || stat("/proc/self/ns/user", &own) != 0) return false;
  *is_own = own.st_dev == other.st_dev && own.st_ino == other.st_ino;
  return true;
}

static JSValue host_examine_netns(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  if (!shows_netns(descriptor)) return throw_system_error(context, EINVAL, "readlink", NULL, NULL);
  struct stat status;
  bool is_own = false;
  uid_t user = 0;
  const char *failed = refuse_other_than_netns(descriptor);
  if (!failed && fstat(descriptor, &status) != 0) failed = "fstat";
  if (failed || !owner_of(descriptor, &is_own, &user, &failed))
    return throw_system_error(context, errno, failed, NULL, NULL);
  JSValue result = describe_netns(context, descriptor, &status);
  const struct field owner = {"owner", is_own ? JS_UNDEFINED : JS_NewUint32(context, user)};
  if (define_fields(context, result, &owner, 1)) return result;
  JS_FreeValue(context, result);
  return JS_EXCEPTION;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("openNetns", 1, host_open_netns),
    JS_CFUNC_DEF("examineNetns", 1, host_examine_netns),
};

const struct host_functions namespace_functions = HOST_FUNCTIONS(entries);

/*
 * Doing things aside: what the kernel takes long over is left to a process of its own.
 *
 * That process shares this one's memory: copying it, and each page again that either of them writes to, would
 * take longer than all else here. It has descriptors of its own.
 */

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

/* A system call that leaves errno alone, since that is this process's, too. */
static long call(long number, long a, long b, long c) {
#if defined(__x86_64__)
  long result;
  register long fourth __asm__("r10") = 0, fifth __asm__("r8") = 0, sixth __asm__("r9") = 0;
  __asm__ volatile("syscall"
      : "=a"(result)
      : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
      : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = 0, x4 __asm__("x4") = 0, x5 __asm__("x5") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
#error "a system call of this architecture is missing here"
#endif
}

/* A process aside, and what it works on. It is kept until the end, since nobody knows when the process has
 * ended. */
struct aside {
  struct aside *earlier;
  void (*work)(struct aside *aside);
  int descriptor;
  pid_t parent;
  _Atomic uint32_t stage;
  /* Whether nobody else has the descriptor's file any more. */
  _Atomic uint32_t is_last;
  size_t length;
  uint8_t bytes[512];
  _Alignas(16) char stack[4096];
};

static struct aside *latest;

/* How far a process has come: it is at work, or it is none that may work. */
enum { starting, working, unfit };

static void tell(struct aside *aside, uint32_t stage) {
  atomic_store(&aside->stage, stage);
  (void)call(SYS_futex, (long)&aside->stage, FUTEX_WAKE, 1);
}

/* Makes the process one that may work. The descriptor becomes its number 0. */
static bool settle_down(struct aside *aside) {
  /* What the parent cannot wait for must not happen behind its back. */
  if (call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0) != 0 || call(SYS_getppid, 0, 0, 0) != aside->parent)
    return false;
  /* It must hold nothing that is missed elsewhere: locks, the ends of pipes. */
  return call(SYS_dup3, aside->descriptor, 0, 0) == 0 && call(SYS_close_range, 1, ~0u, 0) == 0;
}

/* What the process does. */
static int run(void *argument) {
  struct aside *aside = argument;
  bool is_fit = settle_down(aside);
  tell(aside, is_fit ? working : unfit);
  if (is_fit) aside->work(aside);
  return 0;
}

/* What a process needs that is to be started. Returns NULL with errno set. */
static struct aside *prepare(int descriptor, void (*work)(struct aside *aside)) {
  struct aside *aside = calloc(1, sizeof(*aside));
  if (!aside) return NULL;
  aside->work = work;
  aside->descriptor = descriptor;
  aside->parent = getpid();
  return aside;
}

/* Starts it. Where there can be no process, it gives back what it needs, and returns -1 with errno set. */
static pid_t start(struct aside *aside) {
  /* Those that have ended meanwhile: without a signal at the end, nobody else waits for them. */
  while (waitpid(-1, NULL, __WCLONE | WNOHANG) > 0) continue;
  /* Who outlives this process is left to the first one. When that is who called, it is a runtime in a
   * container of its own, and may wait for nobody but what it has started. */
  errno = ECHILD;
  /* Linux before 5.9 cannot close all at once, and one by one takes long where a million are allowed. */
  pid_t pid = getppid() != 1 && syscall(SYS_close_range, ~0u, ~0u, 0) == 0
                  ? clone(run, aside->stack + sizeof(aside->stack), CLONE_VM, aside)
                  : -1;
  if (pid > 0) {
    aside->earlier = latest;
    latest = aside;
    return pid;
  }
  int number = errno;
  free(aside);
  errno = number;
  return -1;
}

/* Waits until the process is at work. Where it does not come to that, as in another PID namespace, it is
 * ended, and false is returned with errno set. */
static bool is_working(struct aside *aside, pid_t pid) {
  const struct timespec patience = {.tv_sec = 1};
  while (atomic_load(&aside->stage) == starting) {
    long woken = syscall(SYS_futex, &aside->stage, FUTEX_WAIT, starting, &patience);
    if (woken != 0 && errno != EAGAIN && errno != EINTR) break;
  }
  if (atomic_load(&aside->stage) == working) return true;
  (void)kill(pid, SIGKILL);
  while (waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR) continue;
  errno = ECHILD;
  return false;
}

/* --- sending --- */

static void send_bytes(struct aside *aside) {
  (void)call(SYS_sendto, 0, (long)aside->bytes, (long)aside->length);
}

static JSValue host_netlink_send_aside(
    JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  size_t length;
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[1]);
  if (!bytes) return JS_EXCEPTION;
  if (length > sizeof(((struct aside *)NULL)->bytes))
    return throw_system_error(context, EMSGSIZE, "clone", NULL, NULL);
  struct aside *aside = prepare(descriptor, send_bytes);
  if (aside) {
    memcpy(aside->bytes, bytes, length);
    aside->length = length;
  }
  pid_t pid = aside ? start(aside) : -1;
  if (pid < 0 || !is_working(aside, pid)) return throw_system_error(context, errno, "clone", NULL, NULL);
  return JS_UNDEFINED;
}

/* --- closing --- */

/* The kernel waits in the last close of the file, so all others come first. */
static void close_last(struct aside *aside) {
  while (!atomic_load(&aside->is_last)) (void)call(SYS_futex, (long)&aside->is_last, FUTEX_WAIT, 0);
  /* Not left to the end of the process, which looks to others as if it went on and on. */
  (void)call(SYS_close, 0, 0, 0);
}

static JSValue host_close_aside(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  struct aside *aside = prepare(descriptor, close_last);
  /* Where there can be no other process, this one has the time. */
  if (aside && start(aside) < 0) aside = NULL;
  if (close(descriptor) != 0) return throw_system_error(context, errno, "close", NULL, NULL);
  if (aside) {
    atomic_store(&aside->is_last, 1);
    (void)syscall(SYS_futex, &aside->is_last, FUTEX_WAKE, 1);
  }
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("netlinkSendAside", 2, host_netlink_send_aside),
    JS_CFUNC_DEF("closeAside", 1, host_close_aside),
};

const struct host_functions aside_functions = HOST_FUNCTIONS(entries);

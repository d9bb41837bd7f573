/*
 * Closing aside: where the kernel takes long over the last close of a socket, a process of its own does it.
 *
 * That process shares this one's memory, since a copy would take longer than all else here, but has descriptors of its
 * own.
 */

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

/* A system call that leaves errno alone, since that is this process's, too. */
static long call(long number, long a, long b, long c) {
#if defined(__x86_64__)
  long result;
  register long fourth __asm__("r10") = 0;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
#else
#error "a system call of this architecture is missing here"
#endif
}

/* What the process needs. It is never given back, since nobody knows when the process has ended. */
struct closer {
  int descriptor;
  pid_t parent;
  /* Whether it is the only one left that has the socket. */
  _Atomic uint32_t is_last;
  _Alignas(16) char stack[4096];
};

static int close_last(void *argument) {
  struct closer *closer = argument;
  /* It ends with this process, whatever it is at; the kernel lets go of the socket all the same. */
  if (call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0) != 0 || call(SYS_getppid, 0, 0, 0) != closer->parent) return 1;
  /* It must hold nothing that is missed elsewhere: locks, the ends of pipes. */
  if (call(SYS_dup3, closer->descriptor, 0, 0) != 0 || call(SYS_close_range, 1, ~0u, 0) != 0) return 1;
  while (!atomic_load(&closer->is_last)) (void)call(SYS_futex, (long)&closer->is_last, FUTEX_WAIT, 0);
  /* Not left to the end of the process, which looks to others as if it went on and on. */
  return call(SYS_close, 0, 0, 0) != 0;
}

/* Starts the process. Returns NULL where there can be none. */
static struct closer *start_closer(int descriptor) {
  /* Linux before 5.9 cannot close all at once, and one by one takes long where a million are allowed. */
  if (syscall(SYS_close_range, ~0u, ~0u, 0) != 0) return NULL;
  /* Those that have ended meanwhile: without a signal at the end, nobody else waits for them. */
  while (waitpid(-1, NULL, __WCLONE | WNOHANG) > 0) continue;
  struct closer *closer = malloc(sizeof(*closer));
  if (!closer) return NULL;
  *closer = (struct closer){.descriptor = descriptor, .parent = getpid()};
  if (clone(close_last, closer->stack + sizeof(closer->stack), CLONE_VM, closer) > 0) return closer;
  free(closer);
  return NULL;
}

static JSValue host_close_aside(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  struct closer *closer = start_closer(descriptor);
  /* Where there is no other process, this one has the time. */
  if (close(descriptor) != 0) return throw_system_error(context, errno, "close", NULL, NULL);
  if (closer) {
    atomic_store(&closer->is_last, 1);
    (void)syscall(SYS_futex, &closer->is_last, FUTEX_WAKE, 1);
  }
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("closeAside", 1, host_close_aside),
};

const struct host_functions close_aside_functions = HOST_FUNCTIONS(entries);

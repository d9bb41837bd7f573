/*
 * Sending aside: what the kernel takes long over is sent by a process of its own, which is left to it.
 *
 * That process shares this one's memory: copying it, and each page again that either of them writes to, would take
 * longer than all else here.
 */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

/* What the process needs. It is never given back, since nobody knows when the process has ended. */
struct errand {
  int descriptor;
  pid_t parent;
  size_t length;
  uint8_t bytes[512];
  _Alignas(16) char stack[4096];
};

static int run_errand(void *argument) {
  const struct errand *errand = argument;
  /* What the parent cannot wait for must not happen behind its back. */
  if (call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0) != 0 || call(SYS_getppid, 0, 0, 0) != errand->parent)
    return 1;
  /* It must hold nothing that is missed elsewhere: locks, the ends of pipes. */
  if (call(SYS_dup3, errand->descriptor, 0, 0) != 0 || call(SYS_close_range, 1, ~0u, 0) != 0) return 1;
  return call(SYS_sendto, 0, (long)errand->bytes, (long)errand->length) < 0;
}

static bool start_errand(int descriptor, const uint8_t *bytes, size_t length) {
  /* Linux before 5.9 cannot close all at once, and one by one takes long where a million are allowed. */
  if (syscall(SYS_close_range, ~0u, ~0u, 0) != 0) return false;
  /* Those that have ended meanwhile: without a signal at the end, nobody else waits for them. */
  while (waitpid(-1, NULL, __WCLONE | WNOHANG) > 0) continue;

  struct errand *errand = malloc(sizeof(*errand));
  if (!errand) return false;
  *errand = (struct errand){.descriptor = descriptor, .parent = getpid(), .length = length};
  memcpy(errand->bytes, bytes, length);
  if (clone(run_errand, errand->stack + sizeof(errand->stack), CLONE_VM, errand) > 0) return true;
  int number = errno;
  free(errand);
  errno = number;
  return false;
}

static JSValue host_netlink_send_aside(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  int32_t descriptor;
  if (JS_ToInt32(context, &descriptor, values[0]) != 0) return JS_EXCEPTION;
  size_t length;
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[1]);
  if (!bytes) return JS_EXCEPTION;
  if (length > sizeof(((struct errand *)NULL)->bytes))
    return throw_system_error(context, EMSGSIZE, "clone", NULL, NULL);
  if (!start_errand(descriptor, bytes, length))
    return throw_system_error(context, errno, "clone", NULL, NULL);
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("netlinkSendAside", 2, host_netlink_send_aside),
};

const struct host_functions aside_functions = HOST_FUNCTIONS(entries);

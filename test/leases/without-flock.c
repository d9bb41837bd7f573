/* Runs a command for which, and for whose children, flock(2) fails with ENOLCK, as on a file system without locks.
 *
 * usage: without-flock PROGRAM [ARGUMENT]... */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(const char *what) {
  fprintf(stderr, "without-flock: %s: %s\n", what, strerror(errno));
  return 127;
}

int main(int count, char **words) {
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_flock, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOLCK),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {.len = sizeof(steps) / sizeof(*steps), .filter = steps};
  errno = EINVAL;
  if (count < 2) return fail("usage: without-flock PROGRAM [ARGUMENT]...");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) return fail("PR_SET_SECCOMP");
  execvp(words[1], words + 1);
  return fail(words[1]);
}

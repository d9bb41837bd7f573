/* Runs a command and sends it a signal at one of its system calls, or lists these.
 *
 * usage: at-call list PROGRAM [ARGUMENT]...
 *        at-call kill CALL COUNT PROGRAM [ARGUMENT]...
 *        at-call stop CALL COUNT PROGRAM [ARGUMENT]...
 *
 * list: prints the names of all of its system calls on standard error, in one line that begins with `calls: `.
 * kill: ends it by SIGKILL when it is about to make the call CALL for the COUNTth time, which then does not happen.
 * stop: stops it by SIGSTOP when that call has happened, prints its process id on standard output and leaves it alone.
 *
 * Its status is the command's (128 + the signal's number where one ended it), or 0 for one that was stopped. The command
 * may have no threads and start no other ones. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
  unsigned long long number;
  const char *name;
} known[] = {
#define CALL(name) {SYS_##name, #name}
    CALL(openat), CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64), CALL(pwrite64),
    CALL(preadv2), CALL(pwritev2), CALL(close), CALL(fcntl), CALL(flock), CALL(fstat), CALL(newfstatat),
    CALL(statx), CALL(mkdirat), CALL(linkat), CALL(unlinkat), CALL(renameat2), CALL(readlinkat),
    CALL(faccessat), CALL(getdents64), CALL(lseek), CALL(fsync), CALL(ftruncate), CALL(fchmod),
    CALL(utimensat), CALL(brk), CALL(mmap), CALL(munmap), CALL(mremap), CALL(mprotect), CALL(madvise),
    CALL(getrandom), CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigpending), CALL(clock_gettime),
    CALL(setitimer), CALL(prctl), CALL(ioctl), CALL(prlimit64), CALL(set_tid_address), CALL(exit_group),
/* What newer architectures do without. */
#ifdef SYS_open
    CALL(open), CALL(stat), CALL(lstat), CALL(mkdir), CALL(link), CALL(unlink), CALL(rename),
    CALL(readlink), CALL(access),
#endif
#ifdef SYS_arch_prctl
    CALL(arch_prctl),
#endif
};

static _Noreturn void fail(const char *what, int number) {
  fprintf(stderr, "at-call: %s: %s\n", what, strerror(number));
  exit(127);
}

/* The name of a call; `call_NUMBER` where it is not in the list. */
static const char *name_of(unsigned long long number) {
  static char unknown[32];
  for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
    if (known[i].number == number) return known[i].name;
  snprintf(unknown, sizeof(unknown), "call_%llu", number);
  return unknown;
}

static int status_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wait_for(pid_t child, int options) {
  int status;
  while (waitpid(child, &status, options) < 0)
    if (errno != EINTR) fail("waitpid", errno);
  return status;
}

/* Starts the program; it is stopped before its first instruction. */
static pid_t start(char **words) {
  pid_t child = fork();
  if (child < 0) fail("fork", errno);
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execvp(words[0], words);
    fail(words[0], errno);
  }
  wait_for(child, 0);
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SETOPTIONS, child, NULL, options) != 0) fail("ptrace", errno);
  if (ptrace(PTRACE_CONT, child, NULL, NULL) != 0) fail("ptrace", errno);
  int status = wait_for(child, 0);
  if (!WIFSTOPPED(status)) exit(status_of(status));
  return child;
}

/* Lets it go on until it makes a system call, whose name is returned; NULL, and how it ended, when it has ended. */
static const char *next_call(pid_t child, int *ending) {
  int signal_to_deliver = 0;
  for (;;) {
    if (ptrace(PTRACE_SYSCALL, child, NULL, signal_to_deliver) != 0) fail("ptrace", errno);
    *ending = wait_for(child, 0);
    if (!WIFSTOPPED(*ending)) return NULL;
    int number = WSTOPSIG(*ending);
    signal_to_deliver = number == (SIGTRAP | 0x80) || number == SIGTRAP ? 0 : number;
    if (number != (SIGTRAP | 0x80)) continue;
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) < 0) fail("ptrace", errno);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) return name_of(info.entry.nr);
  }
}

static int list(char **words) {
  pid_t child = start(words);
  /* In memory until the end: the program writes to standard error, too. */
  char *text;
  size_t size;
  FILE *stream = open_memstream(&text, &size);
  if (!stream) fail("open_memstream", errno);
  int ending;
  for (const char *name; (name = next_call(child, &ending));) fprintf(stream, " %s", name);
  fclose(stream);
  fprintf(stderr, "calls:%s\n", text);
  return status_of(ending);
}

/* Runs it up to the call; the process id, or 0 and how it ended where it did before. */
static pid_t run_to(const char *call, long count, char **words, int *ending) {
  pid_t child = start(words);
  for (const char *name; (name = next_call(child, ending));)
    if (strcmp(name, call) == 0 && --count == 0) return child;
  return 0;
}

int main(int count, char **words) {
  if (count > 2 && strcmp(words[1], "list") == 0) return list(words + 2);
  int kills = count > 4 && strcmp(words[1], "kill") == 0;
  if (!kills && !(count > 4 && strcmp(words[1], "stop") == 0)) fail("usage: see at-call.c", EINVAL);
  int ending;
  pid_t child = run_to(words[2], atol(words[3]), words + 4, &ending);
  if (child == 0) return status_of(ending);
  /* A process that is to die at a system call does not make it; one that is to stop makes it first. */
  kill(child, kills ? SIGKILL : SIGSTOP);
  if (kills) return status_of(wait_for(child, 0));
  if (ptrace(PTRACE_DETACH, child, NULL, NULL) != 0) fail("ptrace", errno);
  wait_for(child, WUNTRACED);
  printf("%d\n", child);
  return 0;
}

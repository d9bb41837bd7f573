/* Runs a command and prints what it cost: nanoseconds from its start to its end, the largest resident set of it and
 * of the children that it waited for, in KiB, and its exit status (128 + the signal's number where one ended it).
 *
 * usage: launch INPUT OUTPUT PROGRAM [ARGUMENT]...
 *
 * INPUT is the file that it reads, OUTPUT the one that gets what it prints. Static and small, since the kernel
 * counts the memory of whoever starts a program as that program's own. */

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void fail(const char *what, int number) {
  fprintf(stderr, "launch: %s: %s\n", what, strerror(number));
  exit(127);
}

int main(int count, char **words) {
  if (count < 4) fail("usage: launch INPUT OUTPUT PROGRAM [ARGUMENT]...", EINVAL);
  int input = open(words[1], O_RDONLY | O_CLOEXEC);
  if (input < 0) fail(words[1], errno);
  int output = open(words[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (output < 0) fail(words[2], errno);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);

  pid_t child;
  int64_t start = nanoseconds();
  int error = posix_spawn(&child, words[3], &actions, NULL, words + 3, environ);
  if (error != 0) fail(words[3], error);
  int status;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) fail("wait4", errno);
  int64_t end = nanoseconds();

  printf("%lld %ld %d\n", (long long)(end - start), usage.ru_maxrss,
         WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}

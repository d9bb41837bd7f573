/* Runs a command and ends it by SIGKILL after a time, if it is still there. Prints how long it lived, in microseconds,
 * as the last line on standard error; its status is the command's (128 + the signal's number where one ended it).
 *
 * usage: kill-at MICROSECONDS PROGRAM [ARGUMENT]...
 *
 * The time starts when the program does. Node.js counts in milliseconds; half of a call can pass in one. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static _Noreturn void fail(const char *what, int number) {
  fprintf(stderr, "kill-at: %s: %s\n", what, strerror(number));
  exit(127);
}

int main(int count, char **words) {
  if (count < 3) fail("usage: kill-at MICROSECONDS PROGRAM [ARGUMENT]...", EINVAL);
  int64_t patience = strtoll(words[1], NULL, 10) * 1000;
  /* The kernel may be late by 50 us otherwise, so that its timers can meet. */
  prctl(PR_SET_TIMERSLACK, 1);

  /* It returns when the program has been loaded. */
  pid_t child;
  int error = posix_spawn(&child, words[2], NULL, NULL, words + 2, environ);
  if (error != 0) fail(words[2], error);
  int64_t start = nanoseconds();
  int handle = pidfd_open(child, 0);
  if (handle < 0) fail("pidfd_open", errno);

  for (;;) {
    int64_t left = start + patience - nanoseconds();
    if (left < 0) left = 0;
    struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    struct pollfd entry = {.fd = handle, .events = POLLIN};
    int ready = ppoll(&entry, 1, &timeout, NULL);
    if (ready < 0 && errno == EINTR) continue;
    /* Fails only when it has ended at this very moment. */
    if (ready == 0) (void)pidfd_send_signal(handle, SIGKILL, NULL, 0);
    break;
  }
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid", errno);
  int64_t end = nanoseconds();

  fprintf(stderr, "%lld\n", (long long)(end - start) / 1000);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

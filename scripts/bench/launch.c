/* Runs a command, or several of it at once, and prints what that cost: nanoseconds from the first start to the last
 * end, the largest resident set of one of them and of the children that it waited for, in KiB, how many failed, the
 * exit status of one that did (128 + the signal's number where one ended it), and the nanoseconds from start to end of
 * the one that took longest.
 *
 * usage: launch COUNT NETNS INPUT OUTPUT PROGRAM [ARGUMENT]...
 *
 * NETNS is the path of the network namespace that each runs in, - for that of whoever calls this. INPUT is the file that
 * each reads, OUTPUT the one that gets what they print. In INPUT, the arguments and the environment of each, %d stands for
 * its number, from 1 on. Static and small, since the kernel counts the memory of whoever starts a program as that
 * program's own. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
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

/* The text with each %d replaced by the number. */
static char *numbered(const char *text, int number) {
  char *result = malloc(8 * strlen(text) + 1), *end = result;
  if (!result) fail("malloc", errno);
  for (const char *next = text; *next;) {
    if (next[0] == '%' && next[1] == 'd') {
      end += sprintf(end, "%d", number);
      next += 2;
    } else {
      *end++ = *next++;
    }
  }
  *end = '\0';
  return result;
}

static char **all_numbered(char **texts, int number) {
  int count = 0;
  while (texts[count]) count++;
  char **results = calloc((size_t)count + 1, sizeof(*results));
  if (!results) fail("calloc", errno);
  for (int i = 0; i < count; i++) results[i] = numbered(texts[i], number);
  return results;
}

/* A command, and what is known of it once it was started. */
struct call {
  char **words, **environment;
  posix_spawn_file_actions_t actions;
  pid_t pid;
  int64_t start;
};

/* Makes all that can be made before it starts. */
static void prepare(struct call *call, const char *input, int output, char **words, int number) {
  call->words = all_numbered(words, number);
  call->environment = all_numbered(environ, number);
  posix_spawn_file_actions_init(&call->actions);
  posix_spawn_file_actions_addopen(&call->actions, STDIN_FILENO, numbered(input, number), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&call->actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&call->actions, output, STDERR_FILENO);
}

static void enter(const char *netns) {
  int file = open(netns, O_RDONLY | O_CLOEXEC);
  if (file < 0 || setns(file, CLONE_NEWNET) != 0) fail(netns, errno);
  close(file);
}

/* What came of those that have ended. */
struct tally {
  int ended, failed, ending;
  long largest;
  int64_t slowest;
};

/* Counts one that has ended, among so many that were started. 0 where there is none yet (with WNOHANG). */
static int reap(struct tally *tally, const struct call *calls, int started, int options) {
  int status;
  struct rusage usage;
  pid_t pid;
  while ((pid = wait4(-1, &status, options, &usage)) < 0)
    if (errno != EINTR) fail("wait4", errno);
  if (pid == 0) return 0;
  int64_t now = nanoseconds();
  for (int i = 0; i < started; i++)
    if (calls[i].pid == pid && now - calls[i].start > tally->slowest) tally->slowest = now - calls[i].start;
  if (usage.ru_maxrss > tally->largest) tally->largest = usage.ru_maxrss;
  tally->ended++;
  if (status == 0) return 1;
  tally->failed++;
  tally->ending = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return 1;
}

int main(int argument_count, char **words) {
  int count = argument_count < 6 ? 0 : atoi(words[1]);
  if (count < 1) fail("usage: launch COUNT NETNS INPUT OUTPUT PROGRAM [ARGUMENT]...", EINVAL);
  int output = open(words[4], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) fail(words[4], errno);
  if (strcmp(words[2], "-") != 0) enter(words[2]);

  struct call *calls = calloc((size_t)count, sizeof(*calls));
  if (!calls) fail("calloc", errno);
  for (int i = 0; i < count; i++) prepare(&calls[i], words[3], output, words + 5, i + 1);

  struct tally tally = {0};
  int64_t start = nanoseconds();
  for (int i = 0; i < count; i++) {
    struct call *call = &calls[i];
    call->start = nanoseconds();
    int error = posix_spawn(&call->pid, call->words[0], &call->actions, NULL, call->words, call->environment);
    if (error != 0) fail(call->words[0], error);
    /* Whoever has ended by now would seem to take until all are started. */
    while (tally.ended <= i && reap(&tally, calls, i + 1, WNOHANG)) continue;
  }
  while (tally.ended < count) reap(&tally, calls, count, 0);
  int64_t end = nanoseconds();

  printf("%lld %ld %d %d %lld\n", (long long)(end - start), tally.largest, tally.failed, tally.ending,
      (long long)tally.slowest);
  return 0;
}

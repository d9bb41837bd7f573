/* Stands in the place of another program, runs that, and notes when, for those who want to know what a chain of programs
 * took its time for. It appends lines to the file `marks` beside it:
 *
 *   NAME FIRST-ARGUMENT begin|end NANOSECONDS
 *
 * by CLOCK_MONOTONIC. The program that it runs is beside it, too, by its own name and `.real`. Of `criu restore`, only
 * the begin is noted: CRIU has to be the child of whoever calls it. The program that lxc-checkpoint is to have CRIU call
 * (-A) becomes the one of that name beside it. */

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char directory[PATH_MAX], *name;
static const char *argument;

static void note(const char *what) {
  char path[PATH_MAX + 8], line[256];
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  snprintf(path, sizeof(path), "%s/marks", directory);
  int length = snprintf(line, sizeof(line), "%s %.64s %s %lld\n", name, argument, what,
                        (long long)(now.tv_sec * INT64_C(1000000000) + now.tv_nsec));
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || write(file, line, (size_t)length) != length) perror(path);
  if (file >= 0) close(file);
}

int main(int count, char **words) {
  char real[PATH_MAX + 8], action[PATH_MAX + 256];
  // What was executed, whatever the first word says.
  snprintf(directory, sizeof(directory), "%s", (const char *)getauxval(AT_EXECFN));
  snprintf(real, sizeof(real), "%s.real", directory);
  name = strrchr(directory, '/');
  if (!name) return 127;
  *name++ = '\0';
  argument = count > 1 ? words[1] : "-";
  note("begin");
  for (int i = 1; i + 1 < count; i++) {
    const char *program = strrchr(words[i + 1], '/');
    if (strcmp(name, "lxc-checkpoint") != 0 || strcmp(words[i], "-A") != 0 || !program) continue;
    snprintf(action, sizeof(action), "%s%s", directory, program);
    words[i + 1] = action;
  }
  int status = 0;
  pid_t child = strcmp(name, "criu") == 0 && strcmp(argument, "restore") == 0 ? 0 : fork();
  if (child < 0) return 127;
  if (child == 0) {
    execv(real, words);
    perror(real);
    _exit(127);
  }
  if (waitpid(child, &status, 0) != child) return 127;
  note("end");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

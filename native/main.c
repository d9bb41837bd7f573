/* Runs the program that is compiled into the executable. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine.h"
#include "host.h"
#ifdef WITH_IMAGE
#include "image.h"
#endif

/* Sees to it that descriptors 0 to 2 are taken, so that no file that is opened later is standard output. */
static void occupy_standard_descriptors(void) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    if (open("/dev/null", O_RDWR) != descriptor) abort();
  }
}

static void prepare_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < held_signal_count; i++) {
    struct sigaction action;
    if (sigaction(held_signals[i], NULL, &action) != 0) abort();
    /* A blocked signal is kept even when it is ignored, and nohup(1) would then be of no use. */
    if (action.sa_handler != SIG_IGN) sigaddset(&set, held_signals[i]);
  }
  if (sigprocmask(SIG_BLOCK, &set, &process.blocked) != 0) abort();
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) abort();
  /* Where a file may not grow any more (RLIMIT_FSIZE), the call fails, and what was done before is undone. */
  if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR) abort();
  /* Whoever started this may ignore it; the kernel would then forget how a child has ended (wait(2)). */
  if (signal(SIGCHLD, SIG_DFL) == SIG_ERR) abort();
}

/* Sets the engine up and takes the program as far as the image would have it. */
static bool start_engine(void) {
#ifdef WITH_IMAGE
  image_enter();
  return true;
#else
  static struct engine place;
  if (engine_create(&place, NULL)) return engine_load();
  fputs("Error: out of memory\n", stderr);
  return false;
#endif
}

static bool run_program(void) {
  return start_engine() && (JS_IsUndefined(engine->module) || engine_evaluate()) && engine_run_main();
}

int main(int argument_count, char **arguments) {
  process = (struct process){.argument_count = argument_count, .arguments = arguments};
  occupy_standard_descriptors();
#ifdef WITH_IMAGE
  if (!image_is_there())
    return argument_count == 2 && image_write(arguments[1]) ? EXIT_SUCCESS : EXIT_FAILURE;
#endif
  prepare_signals();
  bool succeeded = run_program();

#ifdef __SANITIZE_ADDRESS__
  /* Shows what leaks. Elsewhere the end of the process does it, 0.3 ms sooner. */
  engine_free();
#endif

  int signal_number = pending_signal();
  if (signal_number != 0) return 128 + signal_number;
  return succeeded ? process.exit_status : EXIT_FAILURE;
}

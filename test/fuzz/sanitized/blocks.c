/* Tells, on standard output and once each, of the blocks of code that are entered: "+" and where in the executable the
 * block is, a line. The compiler has each block call the first function here (gcc, -fsanitize-coverage=trace-pc). */

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* Where the executable begins in memory; the linker's. */
extern const char __executable_start[];

/* More than the code of an executable has. */
static uint8_t seen[1 << 24];

__attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void) {
  uintptr_t place = (uintptr_t)__builtin_return_address(0) - (uintptr_t)__executable_start;
  if (place >= sizeof(seen) || seen[place]) return;
  seen[place] = 1;
  char line[24];
  int length = snprintf(line, sizeof(line), "+%jx\n", (uintmax_t)place);
  if (write(STDOUT_FILENO, line, (size_t)length) < 0) return;
}

/* Counts in a page of a file that it has mapped, and in memory of its own: where the two differ, it says so in /torn. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
  int file = open("/counted", O_RDWR | O_CREAT, 0644);
  if (file < 0 || ftruncate(file, 4096) != 0) return 1;
  volatile unsigned long *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) return 1;
  for (unsigned long own = *mapped = 0; *mapped == own; usleep(1000)) *mapped = ++own;
  return open("/torn", O_WRONLY | O_CREAT, 0644) < 0;
}

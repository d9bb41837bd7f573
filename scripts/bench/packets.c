/* Sends UDP datagrams from one network namespace to another, each from a port of its own, so that each begins a
 * connection of its own for the packet filters on its way; waits for each until it has been sent back; prints the
 * nanoseconds that each took there and back, one in a line.
 *
 * usage: packets FROM TO ADDRESS PORT FIRST COUNT
 *
 * FROM and TO are paths of network namespaces, ADDRESS and PORT those of the receiver, in TO; FIRST is the first source
 * port. Both ends are in this one process: no switch between processes is measured along. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How many go ahead unmeasured: the first one waits for the neighbours' MACs. */
enum { warm_up = 20 };

static void fail(const char *what) {
  fprintf(stderr, "packets: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void enter(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || setns(descriptor, CLONE_NEWNET) != 0) fail(path);
  close(descriptor);
}

/* A socket of the present namespace at a port; nothing is waited for longer than two seconds. */
static int bound_socket(uint16_t port) {
  const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  const struct timeval patience = {.tv_sec = 2};
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
      bind(descriptor, (const struct sockaddr *)&address, sizeof(address)) != 0)
    fail("socket");
  return descriptor;
}

/* Takes what comes, and sends it back. */
static void answer(int receiver) {
  char byte;
  struct sockaddr_in source;
  socklen_t length = sizeof(source);
  if (recvfrom(receiver, &byte, 1, 0, (struct sockaddr *)&source, &length) != 1) fail("no packet arrived");
  if (sendto(receiver, &byte, 1, 0, (const struct sockaddr *)&source, length) != 1) fail("sendto");
}

int main(int argument_count, char **words) {
  if (argument_count != 7) {
    fputs("usage: packets FROM TO ADDRESS PORT FIRST COUNT\n", stderr);
    return 2;
  }
  int first = atoi(words[5]), count = atoi(words[6]);
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[4]))};
  if (inet_pton(AF_INET, words[3], &target.sin_addr) != 1) fail(words[3]);
  int64_t *took = calloc((size_t)count, sizeof(*took));
  if (!took) fail("calloc");

  enter(words[2]);
  int receiver = bound_socket(ntohs(target.sin_port));
  enter(words[1]);
  for (int i = -warm_up; i < count; i++) {
    int sender = bound_socket((uint16_t)(first + warm_up + i));
    char byte = 'x';
    int64_t start = nanoseconds();
    if (sendto(sender, &byte, 1, 0, (const struct sockaddr *)&target, sizeof(target)) != 1) fail("sendto");
    answer(receiver);
    if (recv(sender, &byte, 1, 0) != 1) fail("no packet came back");
    if (i >= 0) took[i] = nanoseconds() - start;
    close(sender);
  }
  for (int i = 0; i < count; i++) printf("%lld\n", (long long)took[i]);
  return 0;
}

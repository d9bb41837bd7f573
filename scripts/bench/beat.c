/* A server whose heart beats each millisecond, and a client that notes when it did not hear it.
 *
 * usage: beat serve PORT MEGABYTES
 *        beat hear ADDRESS PORT
 *
 * The server has so much memory with something in it. It takes one connection after the other. The client connects as
 * soon as it can, once, and prints a line when it hears it, and one for each silence of more than 20 ms: its begin and its
 * end in nanoseconds, by CLOCK_MONOTONIC. It fails when the connection ends. */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const struct timespec millisecond = {.tv_nsec = 1000000};
static const int64_t silence = 20000000;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

static int serve(struct sockaddr_in address, size_t bytes) {
  char *memory = malloc(bytes);
  if (!memory) return fail("malloc");
  // Zeros would be left out of what is saved; and so would be pages that nobody has touched.
  for (size_t i = 0; i < bytes; i++) memory[i] = (char)(i * 2654435761u >> 13 | 1);
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(listener, 1) < 0) return fail("listen");
  for (size_t at = 0;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) return fail("accept");
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    while (send(connection, &memory[at++ % bytes], 1, MSG_NOSIGNAL) == 1) nanosleep(&millisecond, NULL);
    close(connection);
  }
}

static int hear(struct sockaddr_in address) {
  int connection;
  while (connection = socket(AF_INET, SOCK_STREAM, 0),
         connect(connection, (struct sockaddr *)&address, sizeof(address)) < 0) {
    close(connection);
    nanosleep(&millisecond, NULL);
  }
  char bytes[4096];
  if (read(connection, bytes, 1) == 1) puts("heard");
  fflush(stdout);
  for (int64_t before = now(), at; read(connection, bytes, sizeof(bytes)) > 0; before = at) {
    at = now();
    if (at - before < silence) continue;
    printf("%lld %lld\n", (long long)before, (long long)at);
    fflush(stdout);
  }
  return fail("the connection has ended");
}

int main(int count, char **words) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (count == 4 && strcmp(words[1], "serve") == 0) {
    address.sin_port = htons((uint16_t)atoi(words[2]));
    return serve(address, (size_t)atoi(words[3]) * 1000000);
  }
  if (count == 4 && strcmp(words[1], "hear") == 0 && inet_pton(AF_INET, words[2], &address.sin_addr) == 1) {
    address.sin_port = htons((uint16_t)atoi(words[3]));
    return hear(address);
  }
  fprintf(stderr, "usage: beat serve PORT MEGABYTES | beat hear ADDRESS PORT\n");
  return 2;
}

/* What the files of this directory share. */

#ifndef HOST_H
#define HOST_H

#include <quickjs.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

#define LENGTH_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* The functions of one file, as they appear in the module `lxc-cni:host`. */
struct host_functions {
  const JSCFunctionListEntry *entries;
  int count;
};

#define HOST_FUNCTIONS(list) {list, (int)(sizeof(list) / sizeof((list)[0]))}

extern const struct host_functions process_functions;
extern const struct host_functions file_functions;
extern const struct host_functions path_functions;
extern const struct host_functions lock_functions;
extern const struct host_functions namespace_functions;
extern const struct host_functions netlink_functions;
extern const struct host_functions aside_functions;
extern const struct host_functions unix_functions;
extern const struct host_functions unix_message_functions;
extern const struct host_functions command_functions;
extern const struct host_functions clock_functions;
extern const struct host_functions hash_functions;
extern const struct host_functions syslog_functions;
extern const struct host_functions text_functions;
extern const struct host_functions address_functions;
extern const struct host_functions compose_functions;
extern const struct host_functions message_functions;
extern const struct host_functions statement_functions;

/* --- process.c --- */

/* The command line and the signals that were blocked when it was started, and the status with which the program
 * wants to end. */
extern struct process {
  int argument_count;
  char **arguments;
  sigset_t blocked;
  int exit_status;
} process;

/* Those signals that ask a program to end, in the order in which they are answered. main() holds them back. */
enum { held_signal_count = 3 };
extern const int held_signals[held_signal_count];

/* The one of them that came meanwhile, 0 for none. */
int pending_signal(void);

/* --- errors.c --- */

/* Throws errno `number` as Node does: `ENOENT: no such file or directory, open '/x'`. path and target may be
 * NULL. */
JSValue throw_system_error(
    JSContext *context, int number, const char *syscall, const char *path, const char *target);

/* --- text.c --- */

/* A string's UTF-8 bytes, followed by a NUL. */
struct text {
  const char *bytes;
  size_t length;
  char *copy; /* the bytes, when they are not the engine's own */
};

/* Both return false with an exception pending. A path is a text without NUL bytes. */
bool text_from_value(JSContext *context, JSValueConst value, struct text *text);
bool path_from_value(JSContext *context, JSValueConst value, struct text *text);
void text_free(JSContext *context, struct text *text);

/* Makes a string of bytes; each maximal ill-formed part becomes U+FFFD, as the Encoding Standard has it. */
JSValue string_from_bytes(JSContext *context, const char *bytes, size_t length);

/* Writes two lower-case digits for each byte. */
void write_hex(char *text, const uint8_t *bytes, size_t length);

/* --- objects.c --- */

struct field {
  const char *name;
  JSValue value;
};

/*
 * Both take over the values, whatever comes of it. One that is an exception, or an object that is, makes them
 * fail, with that exception pending.
 */
bool define_fields(JSContext *context, JSValueConst object, const struct field *fields, int count);
JSValue object_from_fields(JSContext *context, const struct field *fields, int count);

/* Puts a value behind the `length` ones that an array has; it takes over the value, and fails, as they do. */
bool append_value(JSContext *context, JSValueConst array, uint32_t length, JSValue value);

/* An array of numbers. */
JSValue array_from_numbers(JSContext *context, const uint32_t *numbers, int count);

/* --- files.c --- */

/* Reads `descriptor` from where it stands to its end. */
JSValue read_to_end(JSContext *context, int descriptor);

/* Writes everything, waiting where the descriptor is non-blocking. Returns 0 or an errno. */
int write_fully(int descriptor, const char *bytes, size_t length);

/* --- namespaces.c --- */

/* Takes this process into a network namespace; returns a descriptor of the one it was in, or -1 with errno
 * set. */
int netns_enter(int target);

/* Takes it back. Does not return when the way back is barred. */
void netns_leave(int origin);

/* Reads an argument that is a namespace's descriptor or undefined, which becomes -1. */
bool netns_from_value(JSContext *context, JSValueConst value, int *netns);

/* --- clock.c --- */

/* Milliseconds of CLOCK_MONOTONIC. */
double clock_milliseconds(void);

/* How long poll(2) may wait until `deadline` of that clock: rounded up, 0 when it has passed. */
int clock_patience(double deadline);

/* A time for setitimer(2) and SO_SNDTIMEO: a microsecond at least, since 0 stands for no limit there. */
struct timeval clock_timeval(double milliseconds);

#endif

/* The engine, and the program that runs in it. */

#ifndef ENGINE_H
#define ENGINE_H

#include <quickjs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytecode of an ES module, written by qjsc. */
struct module {
  /* What others import it by. */
  const char *name;
  const uint8_t *bytes;
  size_t size;
};

/* Those that each start needs, the last of them the program's own; and those that are read when it asks for
 * them. Both lists end with one that has no name. */
extern const struct module modules[];
extern const struct module later_modules[];

/* Rejected promises that nobody has taken care of yet, and the reason of the last one. */
struct rejections {
  int count;
  JSValue reason;
};

struct engine {
  JSRuntime *runtime;
  JSContext *context;
  /* The program's module, read but not evaluated; undefined once it is. */
  JSValue module;
  /* The function that it handed to run(); undefined until it does. */
  JSValue main;
  struct rejections rejections;
};

extern struct engine *engine;

/* Sets up `engine`, in memory of its own or, with an allocator, in that one's. Returns false when there is
 * none. */
bool engine_create(struct engine *place, const JSMallocFunctions *allocator);

/* Adapts it to the stack of this process. */
void engine_enter(void);

/* The next three return false after printing why they failed. */

/* Reads the program. */
bool engine_load(void);

/* Evaluates its modules. */
bool engine_evaluate(void);

/* Calls what it handed to run(), and sets the exit status. */
bool engine_run_main(void);

void engine_free(void);

#endif

/* The engine's memory, where it is one that can be saved. */

#ifndef MEMORY_H
#define MEMORY_H

#include <quickjs.h>
#include <stdbool.h>
#include <stddef.h>

enum { memory_classes = 64 };

struct memory {
  /* What is left of the present piece. */
  char *next;
  char *end;
  /* Blocks of each class of sizes that were given back. */
  struct block *free[memory_classes];
  /* How many there are that were too large for any class, and are not here. */
  size_t large_blocks;
};

extern struct memory *memory;

extern const JSMallocFunctions memory_allocator;

/* What native/engine adds to the engine. */

/* Has nothing be allocated any more where something is already. */
void engine_forget_free_blocks(JSRuntime *runtime);

/* Has the engine's tables be as large as a call comes to need them; false when there is no memory for it. */
bool engine_make_room(JSRuntime *runtime);

#endif

/*
 * The engine's memory: blocks of classes of sizes, cut off one piece of memory after the other, and used
 * again by blocks of their class. It knows no other order than that of its calls, so that the same calls give
 * the same memory; and it asks the kernel rarely.
 */

#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/immortal.h"

struct memory *memory;

/* Before each block. It keeps the alignment that malloc(3) promises. */
struct block {
  _Alignas(16) union {
    struct block *next; /* while it is free */
    size_t size;        /* of what follows */
  };
};

/* Blocks above this are the C library's. */
static const size_t largest = 256u << 10;

static const size_t piece_size = 1u << 20;

/* Four classes for each power of two, the smallest of 64 bytes: a quarter is wasted at most. */
static int class_of(size_t size) {
  if (size <= 64) return 0;
  int magnitude = 63 - __builtin_clzll(size - 1);
  return (magnitude - 6) * 4 + (int)((size - 1) >> (magnitude - 2) & 3) + 1;
}

static size_t size_of_class(int class) {
  if (class == 0) return 64;
  int magnitude = (class - 1) / 4 + 6;
  return ((size_t)1 << magnitude) + ((size_t)(class - 1) % 4 + 1) * ((size_t)1 << (magnitude - 2));
}

/* What is left of a piece is lost; it is less than the block that it has no room for. */
static bool add_piece(void) {
  void *piece = mmap(NULL, piece_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (piece == MAP_FAILED) return false;
  memory->next = piece;
  memory->end = memory->next + piece_size;
  return true;
}

static void *memory_malloc(void *opaque, size_t size) {
  (void)opaque;
  if (size > largest) {
    if (size > SIZE_MAX - sizeof(struct block)) return NULL;
    struct block *block = malloc(sizeof(*block) + size);
    if (!block) return NULL;
    block->size = size;
    memory->large_blocks++;
    return block + 1;
  }
  int class = class_of(size);
  struct block *block = memory->free[class];
  size_t rounded = size_of_class(class);
  if (block) {
    memory->free[class] = block->next;
  } else {
    size_t needed = sizeof(*block) + rounded;
    if ((size_t)(memory->end - memory->next) < needed && !add_piece()) return NULL;
    block = (struct block *)memory->next;
    memory->next += needed;
  }
  block->size = rounded;
  return block + 1;
}

static size_t memory_usable_size(const void *pointer) {
  return pointer ? ((const struct block *)pointer)[-1].size : 0;
}

static void memory_free(void *opaque, void *pointer) {
  (void)opaque;
  if (!pointer || is_immortal(pointer)) return;
  struct block *block = (struct block *)pointer - 1;
  if (block->size > largest) {
    free(block);
    memory->large_blocks--;
  } else {
    int class = class_of(block->size);
    block->next = memory->free[class];
    memory->free[class] = block;
  }
}

static void *memory_calloc(void *opaque, size_t count, size_t size) {
  size_t whole;
  if (__builtin_mul_overflow(count, size, &whole)) return NULL;
  void *pointer = memory_malloc(opaque, whole);
  return pointer ? memset(pointer, 0, whole) : NULL;
}

static void *memory_realloc(void *opaque, void *pointer, size_t size) {
  size_t known = memory_usable_size(pointer);
  if (pointer && size <= known && known <= largest) return pointer;
  if (known > largest && size > largest) {
    if (size > SIZE_MAX - sizeof(struct block)) return NULL;
    struct block *block = realloc((struct block *)pointer - 1, sizeof(*block) + size);
    if (!block) return NULL;
    block->size = size;
    return block + 1;
  }
  void *moved = memory_malloc(opaque, size);
  if (!moved) return NULL;
  if (pointer) memcpy(moved, pointer, known < size ? known : size);
  memory_free(opaque, pointer);
  return moved;
}

const JSMallocFunctions memory_allocator = {
    .js_calloc = memory_calloc,
    .js_malloc = memory_malloc,
    .js_free = memory_free,
    .js_realloc = memory_realloc,
    .js_malloc_usable_size = memory_usable_size,
};

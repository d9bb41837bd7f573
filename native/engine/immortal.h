/*
 * What the image holds is there for good (native/image.c): nobody counts references to it.
 *
 * Counting them would write to nearly every page of the image, each of which the kernel then has to copy, for a
 * count that is never to become zero.
 */

#ifndef IMMORTAL_H
#define IMMORTAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the image is; nowhere while there is none. */
extern struct immortal {
  uintptr_t start;
  size_t length;
} immortal;

static inline bool is_immortal(const void *pointer) {
  return (uintptr_t)pointer - immortal.start < immortal.length;
}

#endif

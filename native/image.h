/* The engine as it was when the executable was built. */

#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>

/* Whether this executable has an image. One that has none is there to make it. */
bool image_is_there(void);

/* Makes the image and writes it to standard output. `how` says how far the program is taken: "loaded" or
 * "evaluated". Returns false after printing why it failed. */
bool image_write(const char *how);

/* Makes `engine` the image's. */
void image_enter(void);

#endif

/* Netlink attributes (struct nlattr), and what their values are. */

#ifndef ATTRIBUTES_H
#define ATTRIBUTES_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are somebody else's. */
struct bytes {
  const uint8_t *start; /* NULL for what is not there */
  size_t length;
};

/* Attributes of these types are found by find_values(): more than any of the expressions of nf_tables has. */
enum { attribute_types = 16 };

/* The value of the attribute that begins at `at`, when it is of that type, and fits. */
struct bytes value_at(struct bytes bytes, size_t at, unsigned type);

/* Where a value ends in the bytes that it was found in. */
size_t end_of(struct bytes value, struct bytes bytes);

/* The value of an attribute that is the only one. */
struct bytes only_value(struct bytes bytes, unsigned type);

/* Finds the values of attributes by their types; the last one of those that come twice. */
void find_values(struct bytes bytes, struct bytes values[attribute_types]);

/* Reads a number in the order of the network. Returns whether there is one. */
bool number_of(struct bytes value, uint32_t *number);

bool is_number(struct bytes value, uint32_t wanted);

/* A text, up to the zero at its end where it has one. */
struct bytes text_of(struct bytes value);

bool is_text(struct bytes text, const char *wanted);

bool is_zero_from(struct bytes bytes, size_t start);

#endif

#include "attributes.h"

#include <string.h>

struct bytes value_at(struct bytes bytes, size_t at, unsigned type) {
  const struct bytes none = {0};
  struct nlattr header;
  if (at + sizeof(header) > bytes.length) return none;
  memcpy(&header, bytes.start + at, sizeof(header));
  if ((header.nla_type & NLA_TYPE_MASK) != type) return none;
  if (header.nla_len < sizeof(header) || at + header.nla_len > bytes.length) return none;
  return (struct bytes){bytes.start + at + sizeof(header), header.nla_len - sizeof(header)};
}

size_t end_of(struct bytes value, struct bytes bytes) {
  return (size_t)(value.start - bytes.start) + value.length;
}

struct bytes only_value(struct bytes bytes, unsigned type) {
  const struct bytes none = {0};
  struct bytes value = bytes.start ? value_at(bytes, 0, type) : none;
  if (!value.start || NLA_ALIGN(end_of(value, bytes)) != NLA_ALIGN(bytes.length)) return none;
  return value;
}

void find_values(struct bytes bytes, struct bytes values[attribute_types]) {
  memset(values, 0, attribute_types * sizeof(*values));
  struct nlattr header;
  for (size_t at = 0; at + sizeof(header) <= bytes.length; at += NLA_ALIGN(header.nla_len)) {
    memcpy(&header, bytes.start + at, sizeof(header));
    if (header.nla_len < sizeof(header) || at + header.nla_len > bytes.length) break;
    unsigned type = header.nla_type & NLA_TYPE_MASK;
    if (type < attribute_types)
      values[type] = (struct bytes){bytes.start + at + sizeof(header), header.nla_len - sizeof(header)};
  }
}

bool number_of(struct bytes value, uint32_t *number) {
  if (!value.start || value.length != sizeof(*number)) return false;
  const uint8_t *byte = value.start;
  *number = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
  return true;
}

bool is_number(struct bytes value, uint32_t wanted) {
  uint32_t number;
  return number_of(value, &number) && number == wanted;
}

struct bytes text_of(struct bytes value) {
  const uint8_t *zero = value.start ? memchr(value.start, 0, value.length) : NULL;
  if (zero) value.length = (size_t)(zero - value.start);
  return value;
}

bool is_text(struct bytes text, const char *wanted) {
  return text.start && text.length == strlen(wanted) && memcmp(text.start, wanted, text.length) == 0;
}

bool is_zero_from(struct bytes bytes, size_t start) {
  for (size_t i = start; i < bytes.length; i++)
    if (bytes.start[i] != 0) return false;
  return true;
}

/* UTF-8 on its way in and out, with the answers that Node gives to ill-formed text. */

#include <string.h>

#include "host.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
enum { replacement_length = 3 };

/* --- out --- */

/* Half a surrogate pair, which the engine writes as three bytes, U+D800 to U+DFFF. */
static bool is_surrogate(const char *bytes, size_t length) {
  return length >= 3 && (unsigned char)bytes[0] == 0xED && (unsigned char)bytes[1] >= 0xA0;
}

static const char *find_surrogate(const char *bytes, size_t length) {
  const char *end = bytes + length;
  while (bytes < end) {
    const char *candidate = memchr(bytes, 0xED, (size_t)(end - bytes));
    if (!candidate || is_surrogate(candidate, (size_t)(end - candidate))) return candidate;
    bytes = candidate + 1;
  }
  return NULL;
}

bool text_from_value(JSContext *context, JSValueConst value, struct text *text) {
  *text = (struct text){0};
  text->bytes = JS_ToCStringLen(context, &text->length, value);
  if (!text->bytes) return false;
  if (!find_surrogate(text->bytes, text->length)) return true;

  char *copy = js_malloc(context, text->length + 1);
  if (copy) {
    memcpy(copy, text->bytes, text->length + 1);
    char *end = copy + text->length;
    for (char *found = copy; (found = (char *)find_surrogate(found, (size_t)(end - found)));)
      memcpy(found, replacement, replacement_length);
  }
  JS_FreeCString(context, text->bytes);
  text->bytes = text->copy = copy;
  return copy != NULL;
}

bool path_from_value(JSContext *context, JSValueConst value, struct text *text) {
  if (!text_from_value(context, value, text)) return false;
  if (strlen(text->bytes) == text->length) return true;
  text_free(context, text);
  JS_ThrowTypeError(context, "a path, argument or variable holds a NUL byte");
  return false;
}

void text_free(JSContext *context, struct text *text) {
  if (text->copy)
    js_free(context, text->copy);
  else if (text->bytes)
    JS_FreeCString(context, text->bytes);
  *text = (struct text){0};
}

/* --- in --- */

/* A character, or the longest beginning of one, at the start of some bytes. */
struct sequence {
  size_t length;
  bool complete;
};

/* Table 3-7 of the Unicode Standard: the second byte is the only one whose range depends on the first. */
static struct sequence next_sequence(const uint8_t *bytes, size_t available) {
  uint8_t first = bytes[0], low = 0x80, high = 0xBF;
  size_t length;
  if (first < 0x80) return (struct sequence){1, true};
  if (first < 0xC2 || first > 0xF4) return (struct sequence){1, false};
  if (first < 0xE0)
    length = 2;
  else if (first < 0xF0)
    length = 3;
  else
    length = 4;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;

  for (size_t i = 1; i < length; i++) {
    if (i == available || bytes[i] < low || bytes[i] > high) return (struct sequence){i, false};
    low = 0x80;
    high = 0xBF;
  }
  return (struct sequence){length, true};
}

static size_t count_ill_formed(const uint8_t *bytes, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length;) {
    struct sequence sequence = next_sequence(bytes + i, length - i);
    if (!sequence.complete) count++;
    i += sequence.length;
  }
  return count;
}

JSValue string_from_bytes(JSContext *context, const char *bytes, size_t length) {
  size_t count = count_ill_formed((const uint8_t *)bytes, length);
  if (count == 0) return JS_NewStringLen(context, bytes, length);

  /* An ill-formed part has one byte at least, for which there will be three. */
  char *repaired = js_malloc(context, length + count * (replacement_length - 1));
  if (!repaired) return JS_EXCEPTION;
  size_t used = 0;
  for (size_t i = 0; i < length;) {
    struct sequence sequence = next_sequence((const uint8_t *)bytes + i, length - i);
    const char *piece = sequence.complete ? bytes + i : replacement;
    size_t piece_length = sequence.complete ? sequence.length : replacement_length;
    memcpy(repaired + used, piece, piece_length);
    used += piece_length;
    i += sequence.length;
  }
  JSValue string = JS_NewStringLen(context, repaired, used);
  js_free(context, repaired);
  return string;
}

/* UTF-8 on its way in and out, with the answers that Node gives to ill-formed text, and bytes as digits. */

#include <stdio.h>
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

/* Whether there are characters of ASCII only, as there mostly are. Eight of them are looked at together. */
static bool is_ascii(const char *bytes, size_t length) {
  uint64_t all = 0, eight;
  for (; length >= sizeof(eight); bytes += sizeof(eight), length -= sizeof(eight)) {
    memcpy(&eight, bytes, sizeof(eight));
    all |= eight;
  }
  for (; length > 0; bytes++, length--) all |= (unsigned char)*bytes;
  return (all & UINT64_C(0x8080808080808080)) == 0;
}

JSValue string_from_bytes(JSContext *context, const char *bytes, size_t length) {
  if (is_ascii(bytes, length)) return JS_NewStringLen(context, bytes, length);
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

/* --- what lib/encoding does in an interpreter's time --- */

static JSValue host_encode_utf8(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct text text;
  if (!text_from_value(context, values[0], &text)) return JS_EXCEPTION;
  JSValue bytes = JS_NewUint8ArrayCopy(context, (const uint8_t *)text.bytes, text.length);
  text_free(context, &text);
  return bytes;
}

/* Reads an argument that says where in `length` bytes something begins or ends; undefined changes nothing. */
static bool position_from_value(JSContext *context, JSValueConst value, size_t length, size_t *position) {
  uint64_t number;
  if (JS_IsUndefined(value)) return true;
  if (JS_ToIndex(context, &number, value) != 0) return false;
  *position = number < length ? (size_t)number : length;
  return true;
}

static JSValue host_decode_utf8(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  size_t length, start = 0;
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[0]);
  if (!bytes) return JS_EXCEPTION;
  size_t end = length;
  if (!position_from_value(context, values[1], length, &start) ||
      !position_from_value(context, values[2], length, &end))
    return JS_EXCEPTION;
  return string_from_bytes(context, (const char *)bytes + start, end > start ? end - start : 0);
}

/* Takes a text that becomes part of another one, where half a surrogate pair stays what it is. */
static bool text_as_it_is(JSContext *context, JSValueConst value, struct text *text) {
  *text = (struct text){0};
  text->bytes = JS_ToCStringLen(context, &text->length, value);
  return text->bytes != NULL;
}

void write_hex(char *text, const uint8_t *bytes, size_t length) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < length; i++) {
    *text++ = digits[bytes[i] >> 4];
    *text++ = digits[bytes[i] & 15];
  }
}

static JSValue host_encode_hex(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  size_t length;
  struct text separator = {.bytes = ""};
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[0]);
  if (!bytes) return JS_EXCEPTION;
  if (!JS_IsUndefined(values[1]) && !text_as_it_is(context, values[1], &separator)) return JS_EXCEPTION;

  char *text = js_malloc(context, (2 + separator.length) * length + 1), *end = text;
  for (size_t i = 0; text && i < length; i++) {
    if (i > 0) end = mempcpy(end, separator.bytes, separator.length);
    write_hex(end, bytes + i, 1);
    end += 2;
  }
  JSValue string = text ? JS_NewStringLen(context, text, (size_t)(end - text)) : JS_EXCEPTION;
  js_free(context, text);
  if (!JS_IsUndefined(values[1])) text_free(context, &separator);
  return string;
}

/* The character at the start of some bytes that mean something in HTML or end a line of JavaScript; 0 for
 * another one. Sets `length` to its bytes. */
static unsigned special_at(const char *bytes, size_t available, size_t *length) {
  *length = 1;
  if (*bytes == '<' || *bytes == '>' || *bytes == '&') return (unsigned char)*bytes;
  if (available < 3 || memcmp(bytes, "\xE2\x80", 2) != 0) return 0;
  unsigned last = (unsigned char)bytes[2];
  if (last != 0xA8 && last != 0xA9) return 0;
  *length = 3;
  return 0x2000 | (last & 0x3F);
}

static JSValue host_escape_html(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  enum { escape_length = 6 }; /* \u003c */
  struct text text;
  if (!text_as_it_is(context, values[0], &text)) return JS_EXCEPTION;

  size_t specials = 0, length;
  for (size_t i = 0; i < text.length; i++)
    if (special_at(text.bytes + i, text.length - i, &length)) specials++;
  JSValue result = JS_EXCEPTION;
  if (specials == 0) {
    result = JS_DupValue(context, values[0]);
  } else {
    char *escaped = js_malloc(context, text.length + specials * escape_length + 1), *end = escaped;
    for (size_t i = 0; escaped && i < text.length; i += length) {
      unsigned special = special_at(text.bytes + i, text.length - i, &length);
      if (special)
        end += sprintf(end, "\\u%04x", special);
      else
        *end++ = text.bytes[i];
    }
    if (escaped) result = JS_NewStringLen(context, escaped, (size_t)(end - escaped));
    js_free(context, escaped);
  }
  text_free(context, &text);
  return result;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("encodeUtf8", 1, host_encode_utf8),
    JS_CFUNC_DEF("decodeUtf8", 3, host_decode_utf8),
    JS_CFUNC_DEF("encodeHex", 2, host_encode_hex),
    JS_CFUNC_DEF("escapeHtml", 1, host_escape_html),
};

const struct host_functions text_functions = HOST_FUNCTIONS(entries);

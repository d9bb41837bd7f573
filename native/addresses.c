/* IP addresses as text. */

#include <arpa/inet.h>
#include <string.h>

#include "host.h"

/* Reads an address of either family; returns the number of its bytes, 0 where the text is none. */
static size_t read_address(const char *text, uint8_t bytes[16]) {
  if (inet_pton(AF_INET, text, bytes) == 1) return 4;
  return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

static JSValue host_address_digits(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  size_t length;
  const char *text = JS_ToCStringLen(context, &length, values[0]);
  if (!text) return JS_EXCEPTION;
  uint8_t bytes[16];
  size_t size = strlen(text) == length ? read_address(text, bytes) : 0;
  JS_FreeCString(context, text);
  if (size == 0) return JS_UNDEFINED;

  char digits[2 * sizeof(bytes)];
  write_hex(digits, bytes, size);
  return JS_NewStringLen(context, digits, 2 * size);
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("addressDigits", 1, host_address_digits),
};

const struct host_functions address_functions = HOST_FUNCTIONS(entries);

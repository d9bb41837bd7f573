/* Netlink messages, composed of attributes as lib/net/netlink/message.ts has them. */

#include <linux/netlink.h>
#include <string.h>

#include "host.h"

/* A message that grows. What is added is 0 at first. */
struct message {
  JSContext *context;
  uint8_t *bytes;
  size_t length, room;
};

/* Makes room for `length` more bytes, behind those that align the ones before; false where there is none. */
static bool grow(struct message *message, size_t length) {
  size_t start = NLMSG_ALIGN(message->length), end = start + length;
  if (NLMSG_ALIGN(end) > message->room) {
    size_t room = 2 * NLMSG_ALIGN(end);
    uint8_t *bytes = js_realloc(message->context, message->bytes, room);
    if (!bytes) return false;
    message->bytes = bytes;
    message->room = room;
  }
  memset(message->bytes + message->length, 0, end - message->length);
  message->length = end;
  return true;
}

static bool add(struct message *message, const void *bytes, size_t length) {
  if (!grow(message, length)) return false;
  memcpy(message->bytes + message->length - length, bytes, length);
  return true;
}

static bool add_bytes(struct message *message, JSValueConst value) {
  size_t length;
  const uint8_t *bytes = JS_GetUint8Array(message->context, &length, value);
  return bytes && add(message, bytes, length);
}

/* With the zero at its end. */
static bool add_text(struct message *message, JSValueConst value) {
  struct text text;
  if (!text_from_value(message->context, value, &text)) return false;
  bool succeeded = add(message, text.bytes, text.length + 1);
  text_free(message->context, &text);
  return succeeded;
}

static bool add_number(struct message *message, JSValueConst value) {
  uint32_t number;
  return JS_ToUint32(message->context, &number, value) == 0 && add(message, &number, sizeof(number));
}

static bool add_attribute(struct message *message, JSValueConst attribute);

/* Bytes and attributes, each from a place on that is aligned. */
static bool add_parts(struct message *message, JSValueConst parts) {
  JSContext *context = message->context;
  int64_t count;
  if (JS_GetLength(context, parts, &count) != 0) return false;
  for (int64_t i = 0; i < count; i++) {
    JSValue part = JS_GetPropertyInt64(context, parts, i);
    bool is_bytes = JS_GetTypedArrayType(part) >= 0;
    bool succeeded = !JS_IsException(part) &&
                     (is_bytes ? add_bytes(message, part) && grow(message, 0) : add_attribute(message, part));
    JS_FreeValue(context, part);
    if (!succeeded) return false;
  }
  return true;
}

static bool add_value(struct message *message, JSValueConst value) {
  if (JS_IsNumber(value)) return add_number(message, value);
  if (JS_IsString(value)) return add_text(message, value);
  if (JS_IsArray(value)) return add_parts(message, value);
  return add_bytes(message, value);
}

static bool add_attribute(struct message *message, JSValueConst attribute) {
  JSContext *context = message->context;
  JSValue type = JS_GetPropertyStr(context, attribute, "type");
  JSValue value = JS_GetPropertyStr(context, attribute, "value");
  uint32_t number;
  bool succeeded = !JS_IsException(value) && JS_ToUint32(context, &number, type) == 0 &&
                   grow(message, sizeof(struct nlattr));
  size_t start = message->length - sizeof(struct nlattr);
  succeeded = succeeded && add_value(message, value);
  JS_FreeValue(context, type);
  JS_FreeValue(context, value);
  if (!succeeded) return false;
  const struct nlattr header = {.nla_len = (uint16_t)(message->length - start), .nla_type = (uint16_t)number};
  memcpy(message->bytes + start, &header, sizeof(header));
  return grow(message, 0);
}

static JSValue host_message(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  uint32_t type, flags, sequence;
  if (JS_ToUint32(context, &type, values[0]) != 0 || JS_ToUint32(context, &flags, values[1]) != 0 ||
      JS_ToUint32(context, &sequence, values[2]) != 0)
    return JS_EXCEPTION;
  struct message message = {.context = context};
  JSValue result = JS_EXCEPTION;
  if (grow(&message, sizeof(struct nlmsghdr)) && add_bytes(&message, values[3]) && grow(&message, 0) &&
      add_parts(&message, values[4])) {
    const struct nlmsghdr header = {
        .nlmsg_len = (uint32_t)message.length,
        .nlmsg_type = (uint16_t)type,
        .nlmsg_flags = (uint16_t)flags,
        .nlmsg_seq = sequence,
    };
    memcpy(message.bytes, &header, sizeof(header));
    result = JS_NewUint8ArrayCopy(context, message.bytes, message.length);
  }
  js_free(context, message.bytes);
  return result;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("message", 5, host_message),
};

const struct host_functions compose_functions = HOST_FUNCTIONS(entries);

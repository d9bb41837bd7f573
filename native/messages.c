/* Netlink messages out of a datagram, all of them, or those that are searched for:
 * lib/net/netlink/parse-messages.ts and messages-with.ts take longer for that in the engine than the kernel
 * does to compose them. */

#include <linux/netlink.h>
#include <string.h>

#include "attributes.h"
#include "host.h"

/* Where `wanted` is in `bytes`, from `from` on; the length of `bytes` when nowhere. */
static size_t find(struct bytes bytes, size_t from, struct bytes wanted) {
  if (from >= bytes.length) return bytes.length;
  const uint8_t *found = memmem(bytes.start + from, bytes.length - from, wanted.start, wanted.length);
  return found ? (size_t)(found - bytes.start) : bytes.length;
}

/* Whether a message tells how a request or a dump went. */
static bool is_notice(const struct nlmsghdr *header) {
  return header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR ||
         (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
}

static JSValue host_messages_with(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct bytes wanted, datagram;
  wanted.start = JS_GetUint8Array(context, &wanted.length, values[0]);
  datagram.start = wanted.start ? JS_GetUint8Array(context, &datagram.length, values[1]) : NULL;
  JSValue messages = datagram.start ? JS_NewArray(context) : JS_EXCEPTION;
  if (JS_IsException(messages)) return JS_EXCEPTION;

  uint32_t found = 0;
  size_t next = find(datagram, 0, wanted);
  struct nlmsghdr header;
  for (size_t at = 0; at + sizeof(header) <= datagram.length; at += NLMSG_ALIGN((size_t)header.nlmsg_len)) {
    memcpy(&header, datagram.start + at, sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.length - at) break;
    /* What begins before this message is none of it. */
    if (next < at) next = find(datagram, at, wanted);
    bool is_wanted = next + wanted.length <= at + header.nlmsg_len;
    if (!is_wanted && !is_notice(&header)) continue;
    JSValue message = JS_NewUint8ArrayCopy(context, datagram.start + at, header.nlmsg_len);
    if (append_value(context, messages, found++, message)) continue;
    JS_FreeValue(context, messages);
    return JS_EXCEPTION;
  }
  return messages;
}

static JSValue host_parse_messages(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct bytes datagram;
  datagram.start = JS_GetUint8Array(context, &datagram.length, values[0]);
  JSValue messages = datagram.start ? JS_NewArray(context) : JS_EXCEPTION;
  if (JS_IsException(messages)) return JS_EXCEPTION;

  uint32_t found = 0;
  struct nlmsghdr header;
  for (size_t at = 0; at + sizeof(header) <= datagram.length; at += NLMSG_ALIGN((size_t)header.nlmsg_len)) {
    memcpy(&header, datagram.start + at, sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.length - at) break;
    const uint8_t *body = datagram.start + at + sizeof(header);
    const struct field fields[] = {
        {"type", JS_NewInt32(context, header.nlmsg_type)},
        {"flags", JS_NewInt32(context, header.nlmsg_flags)},
        {"sequence", JS_NewUint32(context, header.nlmsg_seq)},
        {"body", JS_NewUint8ArrayCopy(context, body, header.nlmsg_len - sizeof(header))},
    };
    JSValue message = object_from_fields(context, fields, LENGTH_OF(fields));
    if (append_value(context, messages, found++, message)) continue;
    JS_FreeValue(context, messages);
    return JS_EXCEPTION;
  }
  return messages;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("parseMessages", 1, host_parse_messages),
    JS_CFUNC_DEF("messagesWith", 2, host_messages_with),
};

const struct host_functions message_functions = HOST_FUNCTIONS(entries);

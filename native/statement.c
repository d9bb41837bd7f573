/* What a rule of nf_tables says, which lib/net/nf-tables/statement.ts takes five times as long for in the
 * engine. That file says what is understood and what is not, and why; here it is said again. */

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <string.h>

#include "attributes.h"
#include "host.h"

/* A byte whose first bits are 1. */
static uint8_t highest(size_t bits) {
  return (uint8_t)(0xFF00 >> bits);
}

/* --- values for the engine --- */

static JSValue new_bytes(JSContext *context, struct bytes bytes) {
  return JS_NewUint8ArrayCopy(context, bytes.start, bytes.length);
}

static JSValue new_text(JSContext *context, struct bytes text) {
  return string_from_bytes(context, (const char *)text.start, text.length);
}

/* --- a rule that is being read --- */

struct reading {
  JSContext *context;
  JSValue matches;
  uint32_t match_count;
  JSValue verdict;
  /* What an expression loaded into a register, for the next ones to look at. */
  enum { nothing, field, meta } loaded;
  uint32_t loaded_register;
  uint32_t base, offset, length; /* of a field */
  size_t bits;
  uint32_t key; /* of a meta */
};

/* Appends a match, unless it is an exception. */
static bool append(struct reading *reading, JSValue match) {
  return append_value(reading->context, reading->matches, reading->match_count++, match);
}

static bool load_field(struct reading *reading, const struct bytes *values) {
  if (reading->loaded != nothing) return false;
  if (!number_of(values[NFTA_PAYLOAD_DREG], &reading->loaded_register) ||
      !number_of(values[NFTA_PAYLOAD_BASE], &reading->base) ||
      !number_of(values[NFTA_PAYLOAD_OFFSET], &reading->offset) ||
      !number_of(values[NFTA_PAYLOAD_LEN], &reading->length))
    return false;
  reading->loaded = field;
  reading->bits = (size_t)reading->length * 8;
  return true;
}

static bool load_meta(struct reading *reading, const struct bytes *values) {
  if (reading->loaded != nothing) return false;
  if (!number_of(values[NFTA_META_DREG], &reading->loaded_register) ||
      !number_of(values[NFTA_META_KEY], &reading->key))
    return false;
  reading->loaded = meta;
  return true;
}

/* How many bits are 1, when these are the first ones, and no others are. */
static bool leading_ones(struct bytes bytes, size_t *bits) {
  size_t full = 0;
  while (full < bytes.length && bytes.start[full] == 0xFF) full++;
  *bits = full * 8;
  if (full == bytes.length) return true;
  size_t ones = 0;
  while ((bytes.start[full] & (0x80 >> ones)) != 0) ones++;
  *bits += ones;
  return bytes.start[full] == highest(ones) && is_zero_from(bytes, full + 1);
}

/* NFT_BITWISE_BOOL, which newer headers call NFT_BITWISE_MASK_XOR. */
enum { mask_and_xor = 0 };

static bool mask_field(struct reading *reading, const struct bytes *values) {
  if (reading->loaded != field || reading->bits != (size_t)reading->length * 8) return false;
  if (!is_number(values[NFTA_BITWISE_SREG], reading->loaded_register) ||
      !is_number(values[NFTA_BITWISE_DREG], reading->loaded_register) ||
      !is_number(values[NFTA_BITWISE_LEN], reading->length))
    return false;
  uint32_t operation;
  if (number_of(values[NFTA_BITWISE_OP], &operation) && operation != mask_and_xor) return false;
  struct bytes ones = only_value(values[NFTA_BITWISE_MASK], NFTA_DATA_VALUE);
  struct bytes flipped = only_value(values[NFTA_BITWISE_XOR], NFTA_DATA_VALUE);
  if (!ones.start || ones.length != reading->length || !flipped.start || !is_zero_from(flipped, 0))
    return false;
  return leading_ones(ones, &reading->bits);
}

static bool is_zero_behind(size_t bits, struct bytes value) {
  size_t full = bits >> 3;
  if (full >= value.length) return true;
  return (value.start[full] & ~highest(bits & 7)) == 0 && is_zero_from(value, full + 1);
}

static bool compare(struct reading *reading, const struct bytes *values) {
  JSContext *context = reading->context;
  uint32_t operator;
  struct bytes value = only_value(values[NFTA_CMP_DATA], NFTA_DATA_VALUE);
  if (reading->loaded == nothing || !value.start) return false;
  if (!is_number(values[NFTA_CMP_SREG], reading->loaded_register)) return false;
  if (!number_of(values[NFTA_CMP_OP], &operator)) return false;
  if (operator != NFT_CMP_EQ && operator != NFT_CMP_NEQ) return false;
  JSValue negated = JS_NewBool(context, operator == NFT_CMP_NEQ);
  bool is_meta = reading->loaded == meta;
  reading->loaded = nothing;
  if (is_meta) {
    const struct field fields[] = {
        {"kind", JS_NewString(context, "meta")},
        {"key", JS_NewUint32(context, reading->key)},
        {"negated", negated},
        {"value", new_bytes(context, value)},
    };
    return append(reading, object_from_fields(context, fields, LENGTH_OF(fields)));
  }
  if (value.length != reading->length || !is_zero_behind(reading->bits, value)) return false;
  const struct field fields[] = {
      {"kind", JS_NewString(context, "field")},
      {"base", JS_NewUint32(context, reading->base)},
      {"offset", JS_NewUint32(context, reading->offset)},
      {"negated", negated},
      {"value", new_bytes(context, value)},
      {"bits", JS_NewInt64(context, (int64_t)reading->bits)},
  };
  return append(reading, object_from_fields(context, fields, LENGTH_OF(fields)));
}

static bool match_extension(struct reading *reading, const struct bytes *values) {
  JSContext *context = reading->context;
  struct bytes name = text_of(values[NFTA_MATCH_NAME]), info = values[NFTA_MATCH_INFO];
  uint32_t revision;
  if (!name.start || !info.start || !number_of(values[NFTA_MATCH_REV], &revision)) return false;
  const struct field fields[] = {
      {"kind", JS_NewString(context, "extension")},
      {"name", new_text(context, name)},
      {"revision", JS_NewUint32(context, revision)},
      {"info", new_bytes(context, info)},
  };
  return append(reading, object_from_fields(context, fields, LENGTH_OF(fields)));
}

/* --- verdicts --- */

static bool end(struct reading *reading, JSValue verdict) {
  reading->verdict = verdict;
  return !JS_IsException(verdict);
}

static bool end_in(struct reading *reading, const char *how, struct bytes chain) {
  if (!chain.start) return false;
  const struct field fields[] = {{how, new_text(reading->context, chain)}};
  return end(reading, object_from_fields(reading->context, fields, LENGTH_OF(fields)));
}

static bool end_immediately(struct reading *reading, const struct bytes *values) {
  if (!is_number(values[NFTA_IMMEDIATE_DREG], NFT_REG_VERDICT)) return false;
  struct bytes value = only_value(values[NFTA_IMMEDIATE_DATA], NFTA_DATA_VERDICT);
  if (!value.start) return false;
  struct bytes verdict[attribute_types];
  find_values(value, verdict);
  uint32_t code;
  if (!number_of(verdict[NFTA_VERDICT_CODE], &code)) return false;
  struct bytes chain = text_of(verdict[NFTA_VERDICT_CHAIN]);
  switch (code) {
  case NF_ACCEPT:
    return end(reading, JS_NewString(reading->context, "accept"));
  case NF_DROP:
    return end(reading, JS_NewString(reading->context, "drop"));
  case (uint32_t)NFT_RETURN:
    return end(reading, JS_NewString(reading->context, "return"));
  case (uint32_t)NFT_JUMP:
    return end_in(reading, "jump", chain);
  case (uint32_t)NFT_GOTO:
    return end_in(reading, "goto", chain);
  default:
    return false;
  }
}

static bool end_at_masquerade(struct reading *reading) {
  return end(reading, JS_NewString(reading->context, "masquerade"));
}

/* How many bytes the target MASQUERADE takes for IPv4, where it begins with the number of ranges. */
enum { length_for_ipv4 = 24 };

static bool end_at_target(struct reading *reading, const struct bytes *values) {
  if (!is_text(text_of(values[NFTA_TARGET_NAME]), "MASQUERADE")) return false;
  if (!is_number(values[NFTA_TARGET_REV], 0)) return false;
  struct bytes info = values[NFTA_TARGET_INFO];
  if (!info.start || info.length == 0) return false;
  if (info.start[0] != (info.length == length_for_ipv4 ? 1 : 0) || !is_zero_from(info, 1)) return false;
  return end_at_masquerade(reading);
}

/* --- expressions --- */

static bool read_expression(struct reading *reading, struct bytes name, struct bytes data) {
  struct bytes values[attribute_types];
  if (is_text(name, "counter")) return true;
  if (is_text(name, "masq")) return data.length == 0 && end_at_masquerade(reading);
  find_values(data, values);
  if (is_text(name, "payload")) return load_field(reading, values);
  if (is_text(name, "meta")) return load_meta(reading, values);
  if (is_text(name, "bitwise")) return mask_field(reading, values);
  if (is_text(name, "cmp")) return compare(reading, values);
  if (is_text(name, "match")) return match_extension(reading, values);
  if (is_text(name, "immediate")) return end_immediately(reading, values);
  if (is_text(name, "target")) return end_at_target(reading, values);
  return false;
}

/* Reads all expressions; each is a name and, for most, what it does. Returns whether they are understood; not
 * when an exception is pending. */
static bool read_expressions(struct reading *reading, struct bytes bytes) {
  for (size_t at = 0; at < bytes.length;) {
    struct bytes element = value_at(bytes, at, NFTA_LIST_ELEM);
    if (!element.start || !JS_IsUndefined(reading->verdict)) return false;
    struct bytes name = value_at(bytes, at + NLA_HDRLEN, NFTA_EXPR_NAME);
    /* A name has a zero at its end. */
    if (!name.start || name.length == 0 || name.start[name.length - 1] != 0) return false;
    name.length -= 1;
    size_t element_end = end_of(element, bytes), data_at = NLA_ALIGN(end_of(name, bytes) + 1);
    struct bytes data = {bytes.start + element_end, 0};
    if (data_at != element_end) {
      data = value_at(bytes, data_at, NFTA_EXPR_DATA);
      if (!data.start || NLA_ALIGN(end_of(data, bytes)) != NLA_ALIGN(element_end)) return false;
    }
    if (!read_expression(reading, name, data)) return false;
    at = NLA_ALIGN(element_end);
  }
  return reading->loaded == nothing;
}

static JSValue host_parse_statement(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  struct bytes bytes;
  bytes.start = JS_GetUint8Array(context, &bytes.length, values[0]);
  if (!bytes.start) return JS_EXCEPTION;
  struct reading reading = {.context = context, .matches = JS_NewArray(context), .verdict = JS_UNDEFINED};
  if (JS_IsException(reading.matches)) return JS_EXCEPTION;
  if (read_expressions(&reading, bytes)) {
    const struct field fields[] = {{"matches", reading.matches}, {"verdict", reading.verdict}};
    return object_from_fields(context, fields, LENGTH_OF(fields));
  }
  JS_FreeValue(context, reading.matches);
  JS_FreeValue(context, reading.verdict);
  return JS_HasException(context) ? JS_EXCEPTION : JS_UNDEFINED;
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("parseStatement", 1, host_parse_statement),
};

const struct host_functions statement_functions = HOST_FUNCTIONS(entries);

/* Plain objects and arrays, made in one go. */

#include "host.h"

bool define_fields(JSContext *context, JSValueConst object, const struct field *fields, int count) {
  bool succeeded = !JS_IsException(object);
  for (int i = 0; i < count; i++) {
    succeeded = succeeded && !JS_IsException(fields[i].value);
    if (!succeeded)
      JS_FreeValue(context, fields[i].value);
    else if (JS_DefinePropertyValueStr(context, object, fields[i].name, fields[i].value, JS_PROP_C_W_E) < 0)
      succeeded = false;
  }
  return succeeded;
}

JSValue object_from_fields(JSContext *context, const struct field *fields, int count) {
  JSValue object = JS_NewObject(context);
  if (define_fields(context, object, fields, count)) return object;
  JS_FreeValue(context, object);
  return JS_EXCEPTION;
}

bool append_value(JSContext *context, JSValueConst array, uint32_t length, JSValue value) {
  return !JS_IsException(value) &&
         JS_DefinePropertyValueUint32(context, array, length, value, JS_PROP_C_W_E) >= 0;
}

JSValue array_from_numbers(JSContext *context, const uint32_t *numbers, int count) {
  JSValue array = JS_NewArray(context);
  for (int i = 0; i < count && !JS_IsException(array); i++) {
    if (append_value(context, array, (uint32_t)i, JS_NewUint32(context, numbers[i]))) continue;
    JS_FreeValue(context, array);
    array = JS_EXCEPTION;
  }
  return array;
}

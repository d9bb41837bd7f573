/* Plain objects, made in one go. */

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

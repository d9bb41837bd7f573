/* In place of JS_REF_COUNT in quickjs.c; scripts/toolchain puts it there. */

#include "immortal.h"

/* So many references that it is shared with somebody, and never given back. */
static int immortal_count = 1 << 30;

#define JS_REF_COUNT(p) (*(is_immortal(p) ? &immortal_count : &js_rc(p)->ref_count))

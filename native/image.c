/*
 * The engine as it was when the executable was built: with the program read, and usually evaluated, so that
 * nothing of that is left to be done at each start.
 *
 * The build links the program twice. The first executable has an empty section .image, sets up the engine in
 * there, and writes it out. The second one differs in nothing but the content of that section. It stands at
 * an address of its own, and neither of the two is position independent: all pointers in it hold.
 */

#include "image.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "engine.h"
#include "engine/immortal.h"
#include "host.h"
#include "memory.h"

struct image {
  bool is_there;
  struct memory memory;
  struct engine engine;
  _Alignas(16) char blocks[];
};

/* The section, which compile.mjs makes. */
extern struct image image;
extern char image_end[];
/* Behind that, while the image is made, the stack on which it is: where it starts, downwards. */
extern char image_stack[];

static bool is_being_made;

bool image_is_there(void) {
  return image.is_there;
}

/* The engine seeds its hashes with the time when it is set up; the same program is to give the same image. */
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now = {.tv_sec = 1};
  if (!is_being_made) {
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  } else if (engine->context) {
    fputs("Error: a module asks for the time while it is loaded, and would keep that of the build\n", stderr);
    abort();
  }
  *time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
  return 0;
}

/* Has the engine make what it makes of an object's properties when they are first asked for. */
static bool settle_properties(JSValueConst object) {
  JSContext *context = engine->context;
  JSPropertyEnum *properties;
  uint32_t count;
  if (JS_GetOwnPropertyNames(context, &properties, &count, object, JS_GPN_STRING_MASK | JS_GPN_SYMBOL_MASK) !=
      0)
    return false;
  bool succeeded = true;
  for (uint32_t i = 0; i < count; i++) {
    JSPropertyDescriptor descriptor;
    int found = JS_GetOwnProperty(context, &descriptor, object, properties[i].atom);
    if (found < 0) succeeded = false;
    if (found <= 0) continue;
    JS_FreeValue(context, descriptor.value);
    JS_FreeValue(context, descriptor.getter);
    JS_FreeValue(context, descriptor.setter);
  }
  JS_FreePropertyEnum(context, properties, count);
  return succeeded;
}

/* The functions of the language that programs call most. Each start would make them anew. */
static bool settle_language(void) {
  static const char *const names[] = {"Object", "Array", "String", "Number", "BigInt", "Math", "JSON", "Map",
      "Set", "WeakMap", "RegExp", "Error", "Uint8Array", "Uint32Array", "DataView", "Symbol"};
  JSContext *context = engine->context;
  JSValue global = JS_GetGlobalObject(context);
  bool succeeded = settle_properties(global);
  for (int i = 0; i < LENGTH_OF(names); i++) {
    JSValue class = JS_GetPropertyStr(context, global, names[i]);
    JSValue prototype = JS_GetPropertyStr(context, class, "prototype");
    succeeded = settle_properties(class) && succeeded;
    /* Those of typed arrays have most of their functions from one that has no name. */
    for (JSValue each = JS_DupValue(context, prototype); JS_IsObject(each);) {
      succeeded = settle_properties(each) && succeeded;
      JSValue next = JS_GetPrototype(context, each);
      JS_FreeValue(context, each);
      each = next;
    }
    JS_FreeValue(context, prototype);
    JS_FreeValue(context, class);
  }
  JS_FreeValue(context, global);
  return succeeded;
}

/* Makes the image and writes it; returns the exit status of its process. */
static int make_image(void *how) {
  is_being_made = true;
  memory = &image.memory;
  *memory = (struct memory){.next = image.blocks, .end = image_end};
  if (!engine_create(&image.engine, &memory_allocator)) return EXIT_FAILURE;
  if (!engine_load()) return EXIT_FAILURE;
  if (strcmp(how, "evaluated") == 0 && !engine_evaluate()) return EXIT_FAILURE;
  if (!settle_language() || !engine_make_room(engine->runtime)) return EXIT_FAILURE;
  JS_RunGC(engine->runtime);
  if (memory->end != image_end || memory->large_blocks > 0) {
    fputs("Error: the image needs more memory than its section has, or a larger piece of it\n", stderr);
    return EXIT_FAILURE;
  }
  engine_forget_free_blocks(engine->runtime);
  memset(memory->free, 0, sizeof(memory->free));
  image.is_there = true;
  int number = write_fully(1, (const char *)&image, (size_t)(memory->next - (char *)&image));
  if (number != 0) fprintf(stderr, "Error: write: %s\n", strerror(number));
  return number == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

bool image_write(const char *how) {
  /* What stays of addresses of the stack in the image has no use any more, but is to be the same each time.
   * Nobody could tell it from other numbers, so it is the stack that has its place. */
  pid_t pid = clone(make_image, image_stack, SIGCHLD, (void *)how);
  int status;
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* How much the program may allocate before the first search for garbage, which would touch all of the image:
 * more than any usual call does. */
static const size_t garbage_threshold = 16u << 20;

void image_enter(void) {
  memory = &image.memory;
  immortal = (struct immortal){(uintptr_t)&image, (size_t)(memory->next - (char *)&image)};
  memory->next = memory->end = NULL;
  engine = &image.engine;
  engine_enter();
  JS_SetGCThreshold(engine->runtime, garbage_threshold);
}

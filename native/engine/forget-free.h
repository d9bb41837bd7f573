/* Behind the end of quickjs.c: what has to know the engine's own structures. scripts/toolchain puts it there. */

struct immortal immortal;

/* Has nothing be allocated any more where something is already: what comes is not to be among what stays for good. */
void engine_forget_free_blocks(JSRuntime *rt);

void engine_forget_free_blocks(JSRuntime *rt) {
  for (int i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; i++) {
    init_list_head(&rt->arena_state.arena_list[i]);
    init_list_head(&rt->arena_state.free_arena_list[i]);
  }
}

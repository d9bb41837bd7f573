/* Behind the end of quickjs.c: what has to know the engine's own structures. scripts/toolchain puts it there. */

/*
 * Has the tables of names and of shapes be as large as a call comes to need them. A table that is full is made anew, and
 * all that it leads to is written to, which is everywhere in the image: the kernel would have to copy those pages in
 * each call.
 *
 * false when there is no memory for it.
 */
bool engine_make_room(JSRuntime *rt);

static bool make_room_for_names(JSRuntime *rt, uint32_t more) {
  const uint32_t size = rt->atom_size + more;
  JSAtomStruct **names = js_realloc_rt(rt, rt->atom_array, sizeof(*names) * size);
  if (!names) return false;
  for (uint32_t i = rt->atom_size; i < size; i++) names[i] = atom_set_free(i + 1 < size ? i + 1 : rt->atom_free_index);
  rt->atom_free_index = rt->atom_size;
  rt->atom_array = names;
  rt->atom_size = size;
  return rt->atom_count + more < rt->atom_count_resize || JS_ResizeAtomHash(rt, rt->atom_hash_size * 2) == 0;
}

static bool make_room_for_shapes(JSRuntime *rt, int more) {
  int bits = rt->shape_hash_bits;
  /* It counts as full when half of it is. */
  while (2 * (rt->shape_hash_count + more) > 1 << bits) bits++;
  return bits == rt->shape_hash_bits || resize_shape_hash(rt, bits) == 0;
}

bool engine_make_room(JSRuntime *rt) {
  return make_room_for_names(rt, 512) && make_room_for_shapes(rt, 256);
}

import fc from "fast-check";

/** A change of a text's bytes, at a place between its beginning (0) and its end (1). */
interface Change {
  readonly place: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

const change: fc.Arbitrary<Change> = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(fc.constantFrom(0, 1), fc.nat(20)),
  inserted: fc.oneof(
    fc
      .constantFrom(...['"', "\\", "{", "]", ",", "0", "\ud83d", "€", "\u2028"])
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 4 }),
    fc.nat(5000).map((length) => Buffer.alloc(length, "x")),
  ),
});

/** The bytes of a text; of one in five, with some changed: then it may be no UTF-8. */
export function nearly(text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  const changes = fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
  );
  return fc.tuple(text, changes).map(([unchanged, all]) => all.reduce(applied, Buffer.from(unchanged)));
}

function applied(bytes: Uint8Array<ArrayBuffer>, { place, removed, inserted }: Change): Buffer<ArrayBuffer> {
  const at = Math.floor(place * bytes.length);
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

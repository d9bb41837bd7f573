import fc from "fast-check";
import type { ListedSet } from "./model.ts";

/** A network, said twice: as its configuration, and as lists of addresses. */
export interface ListedNetwork {
  /** The members of the configuration that say where addresses come from. */
  readonly configuration: {
    readonly ipam: Readonly<Record<string, unknown>>;
    readonly runtimeConfig: Readonly<Record<string, unknown>>;
  };
  readonly sets: readonly ListedSet[];
  /** Addresses of no range, but of the same subnets. */
  readonly beside: readonly string[];
}

/** A range, as it stands in the configuration and as a list. */
interface Piece {
  readonly text: Readonly<Record<string, string>>;
  readonly list: ListedSet[number];
}

/** What a range is made of. Numbers are those of hosts: the lowest 8 bits of an address. */
export interface Shape {
  /** The range is all of a subnet of 4 or 8 addresses, or has a start and an end in a large one. */
  readonly subnet: 4 | 8 | "large";
  /** Counted from the first address of the subnet, or of the range's part of it. */
  readonly start: number | undefined;
  readonly size: number;
  /** In whatever range of the set, or in none of them. */
  readonly gateway: number | undefined;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  subnet: fc.constantFrom(4 as const, 8 as const, "large" as const),
  start: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  size: fc.integer({ min: 1, max: 5 }),
  gateway: fc.option(fc.oneof(fc.nat({ max: 40 }), fc.constant(200)), { nil: undefined }),
});

const families = fc.constantFrom(4 as const, 6 as const);

/** How far apart the parts of two ranges begin. */
const pitch = 16;

/** Networks of one to three sets of one to three tiny ranges, so that there are soon no addresses left. */
export const networks: fc.Arbitrary<ListedNetwork> = fc
  .record({
    sets: fc.array(
      fc.record({ family: families, ranges: fc.array(shapes, { minLength: 1, maxLength: 3 }) }),
      { minLength: 1, maxLength: 3 },
    ),
    byRuntime: fc.nat({ max: 3 }),
    isSingle: fc.boolean(),
    isCrowded: fc.nat({ max: 3 }).map((number) => number === 3),
  })
  .map(({ sets: [first, ...others], byRuntime, isSingle, isCrowded }) => {
    const sets = first === undefined ? [] : [isCrowded ? crowded(first) : first, ...others];
    return listedNetwork(sets, byRuntime, isSingle);
  });

/** How large the range is of a network that is crowded. So many leases need not be read one by one. */
export const crowd = 120;

/** The set with a large range as its last one. */
function crowded({ family, ranges }: SetShape): SetShape {
  const tiny = [...ranges, tinyShape, tinyShape].slice(0, 3);
  return { family, ranges: [...tiny, { subnet: "large", start: 0, size: crowd, gateway: undefined }] };
}

const tinyShape: Shape = { subnet: 8, start: undefined, size: 1, gateway: undefined };

/** What a set is made of. */
export interface SetShape {
  readonly family: 4 | 6;
  readonly ranges: readonly Shape[];
}

/**
 * Makes a network. Each set has subnets of its own.
 *
 * @param byRuntime How many of the sets stand in runtimeConfig.
 * @param isSingle The next one stands in `ipam` itself, where it has one range.
 */
export function listedNetwork(shapes: readonly SetShape[], byRuntime = 0, isSingle = false): ListedNetwork {
  const pieces = shapes.map(({ family, ranges }, number) =>
    ranges.map((shape, index) => pieceOf(family, number + 1, index, shape)),
  );
  const sets = pieces.map((set) => set.map(({ list }) => list));
  const texts = pieces.map((set) => set.map(({ text }) => text));
  const beside = shapes.flatMap(({ family }, number) =>
    [8, 60].map((host) => addressText(family, number + 1, host)),
  );
  return {
    configuration: placed(texts, byRuntime, isSingle),
    sets,
    beside: beside.filter((address) => !sets.flat().some(({ addresses }) => addresses.includes(address))),
  };
}

/** The same network after somebody turned the order of its sets around: `last_reserved_ip.N` is another set's then. */
export function turned({ configuration, sets, beside }: ListedNetwork): ListedNetwork {
  const { ranges = [], subnet, rangeStart, rangeEnd, gateway } = configuration.ipam;
  const { ipRanges = [] } = configuration.runtimeConfig;
  const single = subnet === undefined ? [] : [[{ subnet, rangeStart, rangeEnd, gateway }]];
  const all = [...(ipRanges as object[]), ...single, ...(ranges as object[])];
  return {
    configuration: { ipam: { ranges: all.toReversed() }, runtimeConfig: {} },
    sets: sets.toReversed(),
    beside,
  };
}

/** Puts the sets where a configuration can have them; their order stays. */
function placed(sets: readonly (readonly object[])[], byRuntime: number, isSingle: boolean) {
  const runtime = sets.slice(0, byRuntime);
  const [next, ...others] = sets.slice(byRuntime);
  const single = isSingle && next?.length === 1 ? next[0] : undefined;
  const rest = single === undefined ? sets.slice(byRuntime) : others;
  return {
    ipam: { ...single, ...(rest.length > 0 ? { ranges: rest } : {}) },
    runtimeConfig: runtime.length > 0 ? { ipRanges: runtime } : {},
  };
}

/** A range of the subnets with this number. */
function pieceOf(
  family: 4 | 6,
  number: number,
  index: number,
  { subnet, start, size, gateway }: Shape,
): Piece {
  const part = index * pitch;
  const at = (host: number) => addressText(family, number, host);
  const isLarge = subnet === "large";
  const length = isLarge ? { 4: 24, 6: 64 }[family] : { 4: 32, 6: 128 }[family] - Math.log2(subnet);
  const router = at(gateway ?? (isLarge ? 1 : part + 1));

  // Of a small subnet, the last address is IPv4's broadcast address.
  const end = isLarge ? part + (start ?? 0) + size - 1 : part + subnet - (family === 4 ? 2 : 1);
  const first = isLarge ? part + (start ?? 0) : part + (start ?? 1);
  return {
    text: {
      subnet: `${at(isLarge ? 0 : part)}/${length}`,
      ...(isLarge || start !== undefined ? { rangeStart: at(first) } : {}),
      ...(isLarge ? { rangeEnd: at(end) } : {}),
      ...(gateway === undefined ? {} : { gateway: router }),
    },
    list: {
      addresses: Array.from({ length: end - first + 1 }, (_, step) => at(first + step)),
      gateway: router,
      length,
    },
  };
}

/** An address in canonical form. */
function addressText(family: 4 | 6, number: number, host: number): string {
  if (family === 4) return `10.1.${number}.${host}`;
  return `fd00:${number}::${host === 0 ? "" : host.toString(16)}`;
}

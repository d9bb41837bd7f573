import fc from "fast-check";
import type { Request } from "./ask.ts";
import type { Holder } from "./model.ts";
import { crowd, type ListedNetwork, networks } from "./networks.ts";

/** Something that happens to the leases of a network. */
export type Event =
  | {
      readonly what: "call";
      readonly by: "ours" | "go";
      readonly verb: "ADD" | "DEL" | "CHECK";
      readonly holder: Holder;
      /** The configuration after somebody edited it. */
      readonly isTurned: boolean;
      /** Asked for by ADD. */
      readonly requests: readonly Request[];
      /** What CHECK is told that ADD answered: what it did, nothing, or something else. */
      readonly previous: "last" | readonly string[];
    }
  | {
      readonly what: "GC";
      readonly valid: readonly Holder[];
      /** Whether those are in use that were there from the beginning. */
      readonly keepsOthers: boolean;
    }
  /** Somebody writes a file into the directory, by hand or with another tool. */
  | { readonly what: "write"; readonly name: string; readonly content: string }
  /** Somebody removes one of the files; which one of them, whatever there are. */
  | { readonly what: "remove"; readonly index: number }
  /** Somebody removes the whole directory. */
  | { readonly what: "lose" };

/** What happens to the leases of a network, one after the other. */
export interface Story {
  readonly network: ListedNetwork;
  /** Addresses that others hold from the beginning. */
  readonly others: readonly string[];
  readonly events: readonly Event[];
}

/** The last one is called like an address: the Go plugin takes `last_reserved_ip.0` for a lease of it at times. */
const containers = ["c1", "c2", "c3", "10.1.1.2"];
const holders: Holder[] = containers.flatMap((container) =>
  ["eth0", "eth1"].map((name) => ({ container, interface: name })),
);

/** Mostly those that are met again. */
const holder = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...holders.slice(0, 3)) },
  { weight: 2, arbitrary: fc.constantFrom(...holders) },
);

export const stories: fc.Arbitrary<Story> = networks.chain((network) =>
  fc.record({
    network: fc.constant(network),
    others: othersOn(network),
    events: fc.array(eventsOn(network), { minLength: 5, maxLength: 25 }),
  }),
);

/** Of a network that is crowded, others hold almost all of the large range. */
function othersOn({ sets }: ListedNetwork): fc.Arbitrary<string[]> {
  const large = sets[0]?.find(({ addresses }) => addresses.length === crowd)?.addresses ?? [];
  const holes = fc.uniqueArray(fc.nat({ max: crowd - 1 }), { maxLength: 6 });
  return holes.map((holes) => large.filter((_, index) => !holes.includes(index)));
}

function eventsOn(network: ListedNetwork): fc.Arbitrary<Event> {
  const inside = network.sets.flat().flatMap(({ addresses }) => addresses);
  const call = fc.record({
    what: fc.constant("call" as const),
    by: fc.constantFrom("ours" as const, "go" as const),
    verb: fc.constantFrom("ADD" as const, "ADD" as const, "ADD" as const, "DEL" as const, "CHECK" as const),
    holder,
    isTurned: fc.nat({ max: 9 }).map((number) => number === 9),
    requests: requestsOn(network),
    previous: fc.oneof(
      { weight: 3, arbitrary: fc.constant("last" as const) },
      { weight: 2, arbitrary: fc.subarray([...inside.slice(0, 4), "192.0.2.1"]) },
    ),
  });
  return fc.oneof(
    { weight: 60, arbitrary: call },
    { weight: 5, arbitrary: collections },
    { weight: 10, arbitrary: leaseWrites([...inside, ...network.beside]) },
    { weight: 8, arbitrary: lastReservedWrites([...inside, ...network.beside]) },
    { weight: 5, arbitrary: fc.record({ what: fc.constant("remove" as const), index: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant<Event>({ what: "lose" }) },
  );
}

const collections = fc.record({
  what: fc.constant("GC" as const),
  valid: fc.subarray(holders),
  keepsOthers: fc.nat({ max: 3 }).map((number) => number < 3),
});

/**
 * Two requests of one set are left out: of those, the Go plugin serves whichever its map comes to first. Two that are
 * of no set are not: it refuses both.
 */
function requestsOn({ sets, beside }: ListedNetwork): fc.Arbitrary<Request[]> {
  const ofSets = sets.map((set) => {
    const [{ gateway = "" } = {}] = set;
    const addresses = set.flatMap(({ addresses }) => addresses);
    const candidates = fc.constantFrom(...addresses, gateway);
    // A gateway may lie in another set, or in none.
    return fc.option(candidates, { freq: 2, nil: undefined });
  });
  const addresses = fc
    .tuple(fc.tuple(...ofSets), fc.subarray([...beside, "192.0.2.1"], { maxLength: 1 }), fc.nat({ max: 9 }))
    .map(([inside, outside, number]) => [
      ...inside.filter((address) => address !== undefined),
      ...(number === 9 ? outside : []),
    ])
    .filter((addresses) =>
      sets.every((set) => new Set(addresses.filter((each) => isOf(set, each))).size < 2),
    );
  const requests = addresses.chain((addresses) =>
    fc.tuple(...addresses.map(requestFor)).filter((requests) => count(requests, "CNI_ARGS") < 2),
  );
  return fc.oneof({ weight: 3, arbitrary: fc.constant<Request[]>([]) }, { weight: 1, arbitrary: requests });
}

function requestFor(address: string): fc.Arbitrary<Request> {
  return fc.record({
    address: fc.constant(address),
    in: fc.constantFrom("CNI_ARGS" as const, "args" as const, "runtimeConfig" as const),
    hasLength: fc.boolean(),
  });
}

function isOf(set: ListedNetwork["sets"][number], address: string): boolean {
  return set.some(({ addresses }) => addresses.includes(address));
}

function count(requests: readonly Request[], place: Request["in"]): number {
  return requests.filter((request) => request.in === place).length;
}

/** Leases of known and of unknown holders, what a crash or an early version leaves, and what is no lease at all. */
function leaseWrites(addresses: readonly string[]): fc.Arbitrary<Event> {
  const leases = holder.map(({ container, interface: name }) => `${container}\r\n${name}`);
  return fc.record({
    what: fc.constant("write" as const),
    name: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...addresses) },
      { weight: 1, arbitrary: fc.constantFrom("note", "010.1.1.2", "10.1.1.2.tmp", ".lxc-cni-00112233") },
    ),
    content: fc.oneof(
      { weight: 3, arbitrary: leases },
      { weight: 1, arbitrary: leases.map((lease) => `  ${lease}\n`) },
      { weight: 1, arbitrary: fc.constantFrom(...containers) },
      { weight: 1, arbitrary: fc.constantFrom("", "", "\n") },
      {
        weight: 1,
        arbitrary: fc.constantFrom("stranger\r\neth0", "c1\neth0", "c1 \r\neth0", "{}", "c1\r\n"),
      },
    ),
  });
}

function lastReservedWrites(addresses: readonly string[]): fc.Arbitrary<Event> {
  return fc.record({
    what: fc.constant("write" as const),
    name: fc.constantFrom("last_reserved_ip.0", "last_reserved_ip.1"),
    content: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...addresses) },
      { weight: 1, arbitrary: fc.constantFrom(...addresses).map((address) => `${address}\n`) },
      { weight: 1, arbitrary: fc.constantFrom("", "garbage", "192.0.2.1", "c1\r\neth0", "c1") },
    ),
  });
}

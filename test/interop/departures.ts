import type { Case } from "./case.ts";

/** Something that ours do in another way than the Go plugins on purpose, and the lines that tell of it. */
export interface Departure {
  readonly what: string;
  readonly why: string;
  /** Where it is so; everywhere when absent. */
  readonly when?: (each: Case) => boolean;
  /** What is so with ours alone. */
  readonly ours?: RegExp;
  /** What is so with the Go plugins alone. */
  readonly go?: RegExp;
}

/**
 * All of them. The names of ports, and MACs, are no lines of their own: what is observed has roles in their place.
 */
export const departures: readonly Departure[] = [
  {
    what: "links have an alias",
    why: "it says whose port or bridge it is, to DEL and GC",
    ours: /^host: link .*: ifalias=lxc-cni /,
  },
  {
    what: "the port has a queue of 1000",
    why: "the kernel's default; the reference's library sends a 0 that nobody chose",
    ours: /^host: link <port of .*>: txqlen=1000$/,
  },
  {
    what: "a rule without a target marks each address in the container's chain",
    why: "it tells DEL the interface's addresses, where nothing else does any more",
    ours: /^host: rule ip6?tables-\S+-save nat: -A CNI-\S+ -s \S+ -m comment --comment "lxc-cni [^"]+"$/,
  },
  {
    what: "IPv6 addresses are set without duplicate address detection",
    why: "they are our own choice, and usable at once",
    when: ({ configuration }) => configuration.enabledad !== true,
    ours: /^\S+: address \S+ of \S+: nodad=true$/,
  },
  {
    what: "the gateway's IPv6 address is usable at once",
    why: "the reference's is tentative for a second or two, in which the container has no gateway",
    ours: /^host: route to \S+: type=(local|anycast) dev=\S+ table=local /,
    go: /^host: address \S+ of \S+: tentative=true$/,
  },
  {
    what: "router advertisements to the port are left as they are",
    why: "a port of a bridge has no IPv6 of its own to be advertised to",
    ours: /^host: setting net\/ipv6\/conf\/<port of .*>\/accept_ra = 1$/,
    go: /^host: setting net\/ipv6\/conf\/<port of .*>\/accept_ra = 0$/,
  },
  {
    what: "router advertisements to a bridge that was there are left as they are",
    why: "the host may live by them: only what we made is ours to change",
    when: ({ isForeignBridge }) => isForeignBridge === true,
    ours: /^host: setting net\/ipv6\/conf\/cnibr0\/accept_ra = 1$/,
    go: /^host: setting net\/ipv6\/conf\/cnibr0\/accept_ra = 0$/,
  },
  {
    what: "the container's kernel announces IPv6 addresses, as it does those of IPv4",
    why: "whoever had the address before is forgotten at once",
    ours: /^\S+: setting net\/ipv6\/conf\/\S+\/ndisc_notify = 1$/,
    go: /^\S+: setting net\/ipv6\/conf\/\S+\/ndisc_notify = 0$/,
  },
  {
    what: "a veth has one queue each way",
    why: "the kernel uses one; more are made only to be put out of use, while all who change links wait",
    ours: /^\S+: link .*: num_[rt]x_queues=1$/,
    go: /^\S+: link .*: num_[rt]x_queues=\d+$/,
  },
  {
    what: "there are locks, an index of leases and records",
    why: "docs/formats.md",
    ours: /^host: file \/(run|var\/lib)\/lxc-cni\//,
  },
];

/** What differs between two sides: what the departures account for, and what nothing does. */
export interface Differences {
  readonly departures: readonly Departure[];
  /** `-` is so with the Go plugins alone, `+` with ours. */
  readonly unexplained: readonly string[];
}

/** Compares what was observed of a case on two hosts. */
export function compare(each: Case, go: readonly string[], ours: readonly string[]): Differences {
  const applicable = departures.filter(({ when }) => when?.(each) ?? true);
  const sides = [
    ...without(go, ours).map((line) => ({ line, sign: "-", side: "go" as const })),
    ...without(ours, go).map((line) => ({ line, sign: "+", side: "ours" as const })),
  ];
  const explained = sides.map(({ line, sign, side }) => ({
    text: `${sign} ${line}`,
    by: applicable.find((departure) => departure[side]?.test(line)),
  }));
  return {
    departures: explained.flatMap(({ by }) => by ?? []),
    unexplained: explained.filter(({ by }) => by === undefined).map(({ text }) => text),
  };
}

/** `lines` without those that are in `others`; a line that is there twice takes two. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

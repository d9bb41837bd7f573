import fc from "fast-check";
import type { Json } from "../../lib/cni/json.ts";
import { anyJson } from "../cni/arbitrary.ts";
import { oddNames } from "./names.ts";

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** What JSON.stringify cannot write; {@linkcode withLiterals} puts it where its name stands. */
const literals: Readonly<Record<string, string>> = {
  "@huge": "1e400",
  "@long": "123456789012345678901234567890",
  "@minus": "-0",
  "@fraction": "1.0000000000000001",
  "@flat": nested(100, "[", "]"),
  "@deep": nested(20_000, "[", "]"),
  "@deeper": nested(200_000, "[", "]"),
  "@object": `${'{"a":'.repeat(20_000)}0${"}".repeat(20_000)}`,
  "@surrogate": '"\\ud800"',
  "@zero": '"a\\u0000b"',
};

/** JSON with its literals in the place of their names. */
export function withLiterals(json: string): string {
  return json.replace(/"(@[a-z]+)"(?!:)/g, (whole, literal: string) => literals[literal] ?? whole);
}

/** Any value at all. */
export const oddValues: fc.Arbitrary<Json> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(literals)) },
  { weight: 2, arbitrary: fc.constantFrom<Json[]>(null, true, 0, -1, 2 ** 53, "", [], {}, [null], "\u0000") },
  { weight: 1, arbitrary: oddNames },
  { weight: 1, arbitrary: anyJson },
);

/** Prefixes, from those that work to those that only look like some. */
export const subnets = fc.constantFrom(
  ...["10.10.0.0/16", "10.20.0.0/24", "192.0.2.0/29", "192.0.2.0/30", "fd00:10:10::/64", "fd00:20::/125"],
  ...[
    "10.10.0.1/16",
    "10.10.0.0/31",
    "10.10.0.0/33",
    "0.0.0.0/0",
    "::/0",
    "224.0.0.0/8",
    "::ffff:10.0.0.0/104",
  ],
  ...["10.10.0.0", "10.10.0.0/", "/16", "10.10.0.0/16; reboot", "10.010.0.0/16", "10.10.0.0/16\n", ""],
);

export const addresses = fc.constantFrom(
  ...[
    "10.10.0.2",
    "10.10.0.1",
    "10.10.255.255",
    "10.10.0.9/16",
    "192.0.2.2",
    "fd00:10:10::9",
    "::",
    "0.0.0.0",
  ],
  ...["127.0.0.1", "fe80::1%eth0", "1.2.3", "10.10.0.2\n", "255.255.255.255", "-1", ""],
);

export const macs = fc.oneof(
  fc.constantFrom(
    "02:00:00:00:00:01",
    "01:00:00:00:00:01",
    "00:00:00:00:00:00",
    "02-00-00-00-00-02",
    "\n",
    "",
  ),
  oddNames,
);

/**
 * Where leases may be kept. No others are tried: they would be made wherever the machine keeps its own files, too.
 */
export const dataDirs = fc.constantFrom(
  ...[
    "",
    "/var/lib/cni/networks",
    "/run/leases",
    "/var/lib/a b",
    "/var/lib/'\n\"",
    "/var/lib/x/../y",
    "/var/\u0000b",
  ],
  ...[
    "/proc",
    "/proc/self/ns",
    "/dev/null",
    "/sys/class/net",
    `/var/${"d".repeat(300)}`,
    `/var${"/d".repeat(2000)}`,
  ],
);

export const resolvConfs = fc.constantFrom(
  ...["", "/etc/resolv.conf", "/etc", "/nonexistent", "/dev/null", "/proc/self/mem", "/mnt/a\u0000b", "\n"],
);

export const pluginTypes = fc.constantFrom(
  ...["", "..", "../host-local", "/bin/sh", "-", "host-local\n", "a\u0000b", "host-local; reboot", "lxc-cni"],
);

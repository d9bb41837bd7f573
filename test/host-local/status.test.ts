import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { capacityOf } from "../../ipam/host-local/capacity.ts";
import { withLeases } from "../../ipam/host-local/lease-directory.ts";
import { type Address, parseAddress } from "../../lib/ip/address.ts";
import { rangeContains, type Span } from "../../lib/ip/range.ts";
import { rangeSet } from "./configuration.ts";
import { test } from "./network.ts";

const slash24 = { subnet: "10.1.2.0/24" };
const slash30 = { subnet: "10.1.2.0/30" };

function unavailable(message: string, details?: string) {
  return expect.objectContaining({
    code: 50,
    message: expect.stringContaining(message),
    ...(details !== undefined && { details: expect.stringContaining(details) }),
  });
}

describe("STATUS", () => {
  test("is well when nothing is leased yet, and can be asked for again", ({ network }) => {
    network.status(slash24);
    network.status(slash24);
    expect(readdirSync(network.directory)).toEqual(["lock"]);
  });

  test("says when a range set is exhausted, with counts, and no longer after DEL", ({ network }) => {
    const ranges = [[{ subnet: "2001:db8:1::/64" }], [slash30]];
    network.status({ ranges });
    network.add({ ranges });
    expect(() => network.status({ ranges })).toThrow(
      unavailable(
        "no IP addresses available in range set: 10.1.2.1-10.1.2.2",
        "range set 0: 1 used, 18446744073709551613 free; range set 1: 1 used, 0 free",
      ),
    );
    expect(() => network.add({ ranges }, { container: "other" })).toThrow(
      expect.objectContaining({ code: 110 }),
    );
    network.del({ ranges });
    network.status({ ranges });
  });

  test("does not count what is of other ranges, or no lease", ({ network }) => {
    for (const name of [
      "10.9.9.1",
      "10.9.9.2",
      "2001:db8::1",
      "note",
      "last_reserved_ip.0",
      "last_reserved_ip.1",
    ]) {
      network.write(name, "other\r\neth0");
    }
    network.status(slash30);
  });

  test("does not count an empty file, which ADD would take", ({ network }) => {
    network.write("10.1.2.2", "");
    network.status(slash30);
    expect(network.add(slash30)).toEqual(["10.1.2.2/30"]);
    expect(() => network.status(slash30)).toThrow(unavailable("no IP addresses available"));
  });

  test("does not count as free what is held, for whomever that is", ({ network }) => {
    const config = { subnet: "10.1.2.0/29" };
    for (const octet of [2, 3, 4, 5]) network.write(`10.1.2.${octet}`, "other\r\neth0");
    network.hold("10.1.2.6", "away\r\neth0");
    for (const name of ["10.1.2.5", "10.9.9.9", "note"]) network.hold(name, "away\r\neth0");
    expect(() => network.add(config)).toThrow(expect.objectContaining({ code: 110 }));
    const exhausted = unavailable("no IP addresses available", "range set 0: 4 used, 1 held, 0 free");
    expect(() => network.status(config)).toThrow(exhausted);
    withLeases(network.directory, () => expect(() => network.status(config)).toThrow(exhausted));
    network.status({ subnet: "10.1.2.0/28" });
    rmSync(network.heldFile("10.1.2.6"));
    network.status(config);
  });

  test("agrees with ADD that an address in another spelling is no lease", ({ network }) => {
    const config = { subnet: "fd00::/126" };
    for (const name of ["fd00:0::2", "fd00::3"]) network.write(name, "other\r\neth0");
    network.status(config);
    expect(network.add(config)).toEqual(["fd00::2/126"]);
    expect(() => network.status(config)).toThrow(unavailable("no IP addresses available"));
  });

  test("agrees with ADD where the gateway is at another place, or leased by mistake", ({ network }) => {
    const config = { ...slash30, gateway: "10.1.2.2" };
    network.write("10.1.2.2", "other\r\neth0");
    network.status(config);
    expect(network.add(config)).toEqual(["10.1.2.1/30"]);
    expect(() => network.status(config)).toThrow(unavailable("no IP addresses available"));
  });

  test("is the same for 2^120 addresses as for two", ({ network }) => {
    network.write("2001:db8::2", "other\r\neth0");
    network.status({ subnet: "2000::/8" });
  });

  test("says when there can be no lease directory", ({ network }) => {
    const dataDir = `${network.directory}.file`;
    writeFileSync(dataDir, "");
    expect(() => network.status({ ...slash24, dataDir })).toThrow(
      unavailable(`cannot lock the leases in ${dataDir}/net0`, "ENOTDIR"),
    );
  });

  test("says when leases cannot be written, though they can be locked", ({ network }) => {
    // A directory that is not empty is in the way of the file that is tried.
    const dataDir = `${network.directory}.data`;
    mkdirSync(`${dataDir}/net0/.lxc-cni-status/full`, { recursive: true });
    expect(() => network.status({ ...slash24, dataDir })).toThrow(
      unavailable(`cannot write leases in ${dataDir}/net0`),
    );
  });

  test("waits for nobody who is at work on the leases", ({ network }) => {
    network.write("10.1.2.2", "other\r\neth0");
    withLeases(network.directory, () => {
      network.status(slash24);
      expect(() => network.status(slash30)).toThrow(unavailable("no IP addresses available"));
    });
  });

  test("says when the result could not have the resolv.conf that it shall", ({ network }) => {
    const resolvConf = `${network.directory}.conf`;
    expect(() => network.status({ ...slash24, resolvConf })).toThrow(
      unavailable(`open ${resolvConf}: no such file or directory`),
    );
    writeFileSync(resolvConf, "");
    network.status({ ...slash24, resolvConf });
  });

  test.for([
    [{}, "no IP ranges specified"],
    [{ subnet: "10.1.2.3/24" }, "Network has host bits set"],
    [{ ...slash24, routes: [{ dst: "x" }] }, "invalid CIDR address: x"],
  ] as const)("refuses %j, and touches nothing", ([ipam, message], { network }) => {
    expect(() => network.status(ipam)).toThrow(
      expect.objectContaining({ code: 7, message: expect.stringContaining(message) }),
    );
    expect(existsSync(network.directory)).toBe(false);
  });
});

describe("the capacity of a set", () => {
  test.each([
    [[slash24], [], [], 0n, 0n, 253n],
    [[slash30], ["10.1.2.2"], [], 1n, 0n, 0n],
    [[{ ...slash24, gateway: "10.9.9.9" }], ["10.9.9.9"], [], 0n, 0n, 254n],
    [
      [{ ...slash24, rangeStart: "10.1.2.10", rangeEnd: "10.1.2.19" }],
      ["10.1.2.9", "10.1.2.10"],
      [],
      1n,
      0n,
      9n,
    ],
    [
      [{ subnet: "10.1.2.0/25" }, { subnet: "10.1.2.128/25" }],
      ["10.1.2.1", "10.1.2.3", "10.1.2.130"],
      // A gateway, one that is leased, too, and one that is neither.
      ["10.1.2.129", "10.1.2.130", "10.1.2.131"],
      2n,
      1n,
      247n,
    ],
    [[{ subnet: "fd00::/64" }], ["fd00::2", "10.1.2.2"], ["10.1.2.3"], 1n, 0n, 2n ** 64n - 3n],
  ] as const)(
    "%j with %j leased and %j held: %d used, %d held, %d free",
    (ranges, leased, kept, used, held, free) => {
      const countIn = (span: Span) =>
        BigInt(leased.filter((text) => rangeContains(span, addressOf(text))).length);
      expect(capacityOf(rangeSet(...ranges), countIn, kept.map(addressOf))).toEqual({ used, held, free });
    },
  );
});

function addressOf(text: string): Address {
  return parseAddress(text) ?? expect.fail(`${text} is no address`);
}

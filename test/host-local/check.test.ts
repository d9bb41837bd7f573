import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { leasedAddresses } from "../../ipam/host-local/leased.ts";
import { requireContainerId, requireNetworkName } from "../../lib/cni/names.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { type Network, test } from "./network.ts";

const lease = "dummy\r\neth0";
const slash24 = { subnet: "10.1.2.0/24" };
const both = { ranges: [[slash24], [{ subnet: "2001:db8:1::/64" }]] };

/** A previous result with these addresses. */
function previous(...addresses: string[]) {
  return { config: { prevResult: { cniVersion: "1.1.0", ips: addresses.map((address) => ({ address })) } } };
}

const nothing = expect.objectContaining({
  code: 114,
  message: "host-local: Failed to find address added by container dummy",
});

describe("CHECK", () => {
  test("finds what ADD leased, in every version that has it", ({ network }) => {
    network.add(both);
    for (const cniVersion of ["0.4.0", "1.0.0", "1.1.0"]) network.check(both, { config: { cniVersion } });
    network.check(both, previous("10.1.2.2/24", "2001:db8:1::2/64"));
  });

  test("finds a lease of the container alone, as early versions of the reference made them", ({
    network,
  }) => {
    network.write("10.1.2.7", "dummy");
    network.check(slash24, previous("10.1.2.7/24"));
  });

  test("fails when nothing is leased, and makes no directory", ({ network }) => {
    expect(() => network.check(slash24)).toThrow(nothing);
    expect(existsSync(network.directory)).toBe(false);
  });

  test("fails after DEL, and when only another interface or container holds something", ({ network }) => {
    network.add(slash24);
    network.add(slash24, { interface: "eth1" });
    network.add(slash24, { container: "other" });
    network.del(slash24);
    expect(() => network.check(slash24)).toThrow(nothing);
    network.check(slash24, { interface: "eth1" });
  });

  test("fails when an address of the previous result is leased to nobody", ({ network }) => {
    network.write("10.1.2.2", lease);
    expect(() => network.check(both, previous("10.1.2.2/24", "2001:db8:1::2/64"))).toThrow(
      expect.objectContaining({
        code: 114,
        message: "2001:db8:1::2 is not leased to interface eth0 of container dummy",
        details: expect.stringContaining("nobody holds it"),
      }),
    );
  });

  test("fails when an address of the previous result is leased to somebody else", ({ network }) => {
    network.write("10.1.2.2", "other\r\neth0");
    network.write("10.1.2.3", lease);
    expect(() => network.check(slash24, previous("10.1.2.2/24"))).toThrow(
      expect.objectContaining({
        code: 114,
        details: expect.stringContaining(String.raw`"other\r\neth0" holds it`),
      }),
    );
  });

  test("takes no notice of addresses of the previous result that are of no range", ({ network }) => {
    network.write("10.1.2.2", lease);
    network.check(slash24, previous("10.1.2.2/24", "10.9.9.9/24", "2001:db8:1::2/64"));
  });

  test("changes nothing, and waits for nobody", ({ network }) => {
    network.write("10.1.2.2", lease);
    network.write(".lxc-cni-0011223344556677", "other\r\neth0");
    network.check(slash24);
    expect(readdirSync(network.directory).sort()).toEqual([".lxc-cni-0011223344556677", "10.1.2.2"]);
  });

  test.for([
    [{}, "no IP ranges specified"],
    [{ subnet: "10.1.2.3/24" }, "Network has host bits set"],
  ] as const)("refuses %j", ([ipam, message], { network }) => {
    network.write("10.1.2.2", lease);
    expect(() => network.check(ipam)).toThrow(
      expect.objectContaining({ code: 7, message: expect.stringContaining(message) }),
    );
  });
});

describe("the addresses that an attachment holds", () => {
  const attachment = {
    network: requireNetworkName("net0"),
    container: requireContainerId("dummy"),
    interface: "eth0" as LinkName,
  };

  /** What is held by the leases of a network, asked for with a configuration of which this is the ipam section. */
  function held({ directory }: Network, ipam: object = {}): string[] {
    const dataDir = directory.replace(/\/net0$/, "");
    return leasedAddresses({ name: "net0", ipam: { dataDir, ...ipam } }, attachment).map(formatAddress);
  }

  test("are those of its leases, the lowest first", ({ network }) => {
    network.write("2001:db8:1::2", lease);
    network.write("10.1.2.10", lease);
    network.write("10.1.2.9", `${lease}\n`);
    network.write("10.1.2.3", "dummy\r\neth1");
    network.write("10.1.2.4", "dummy");
    network.write("10.1.2.5", "");
    network.write("note", lease);
    network.write("last_reserved_ip.0", lease);
    expect(held(network)).toEqual(["10.1.2.9", "10.1.2.10", "2001:db8:1::2"]);
  });

  test("are those of the container, when no lease names an interface", ({ network }) => {
    network.write("10.1.2.4", "dummy");
    expect(held(network)).toEqual(["10.1.2.4"]);
  });

  test("are none where there is no directory, or none that can be read", ({ network }) => {
    expect(held(network)).toEqual([]);
    network.write("10.1.2.4", lease);
    expect(held(network, { dataDir: `${network.directory}/10.1.2.4` })).toEqual([]);
    mkdirSync(`${network.directory}/10.1.2.5`);
    expect(held(network)).toEqual(["10.1.2.4"]);
  });

  test("are told by a configuration of which nothing but the directory is right", ({ network }) => {
    network.write("10.1.2.4", lease);
    const ipam = { type: 7, subnet: "x", ranges: [[null]], routes: "none" };
    expect(held(network, ipam)).toEqual(["10.1.2.4"]);
    const dataDir = network.directory.replace(/\/net0$/, "");
    expect(leasedAddresses({ IPAM: { DataDir: dataDir } }, attachment).map(formatAddress)).toEqual([
      "10.1.2.4",
    ]);
    for (const config of [{}, { ipam: 7 }, { ipam: { dataDir: 7 } }]) {
      expect(leasedAddresses(config, { ...attachment, network: requireNetworkName("nowhere") })).toEqual([]);
    }
  });
});

import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { leaseDirectory, withLeases } from "../../ipam/host-local/lease-directory.ts";
import { requireNetworkName } from "../../lib/cni/names.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import { addressesOf, test } from "./network.ts";

const lease = "dummy\r\neth0";
const slash24 = { subnet: "10.1.2.0/24" };
const slash29 = { subnet: "10.1.2.0/29" };
const both = { ranges: [[{ subnet: "10.1.2.0/24" }], [{ subnet: "2001:db8:1::/64" }]] };

/** An error of this code whose message holds this text. */
function refusal(code: number, text: string) {
  return expect.objectContaining({ code, message: expect.stringContaining(text) });
}

describe("ADD", () => {
  test("leases an address of each set and leaves the reference's files", ({ network }) => {
    const resolvConf = `${network.directory}.conf`;
    writeFileSync(resolvConf, "nameserver 192.0.2.3\nsearch example.com\n");
    const result = network.result({
      ranges: [[{ subnet: "10.1.2.0/24" }, { subnet: "10.2.2.0/24" }], [{ subnet: "2001:db8:1::/64" }]],
      routes: [
        { dst: "0.0.0.0/0" },
        { dst: "::/0", gw: "" },
        { dst: "192.168.0.1/16", gw: "1.1.1.1", mtu: 1400, advmss: 1360, priority: 7, table: 0, scope: 253 },
        { dst: "2001:db8:2::/64", gw: "2001:db8:3::1" },
      ],
      resolvConf,
    });

    expect(addressesOf(result)).toEqual([
      { address: "10.1.2.2/24", gateway: "10.1.2.1" },
      { address: "2001:db8:1::2/64", gateway: "2001:db8:1::1" },
    ]);
    expect(result.interfaces).toEqual([]);
    const [first, second, third, fourth] = result.routes;
    expect(first).toEqual({ dst: { address: { family: 4, value: 0n }, length: 0 } });
    expect(second).toEqual({ dst: { address: { family: 6, value: 0n }, length: 0 } });
    expect(third).toMatchObject({ mtu: 1400, advmss: 1360, priority: 7, table: 0, scope: 253 });
    expect(third && [formatPrefix(third.dst), third.gw && formatAddress(third.gw)]).toEqual([
      "192.168.0.1/16",
      "1.1.1.1",
    ]);
    expect(fourth?.gw && formatAddress(fourth.gw)).toBe("2001:db8:3::1");
    expect(result.dns).toEqual({ nameservers: ["192.0.2.3"], search: ["example.com"] });

    expect(readdirSync(network.directory).sort()).toEqual([
      "10.1.2.2",
      "2001:db8:1::2",
      "last_reserved_ip.0",
      "last_reserved_ip.1",
      "lock",
    ]);
    expect(network.leases()).toEqual({ "10.1.2.2": lease, "2001:db8:1::2": lease });
    expect(network.read("last_reserved_ip.0")).toBe("10.1.2.2");
    expect(network.read("last_reserved_ip.1")).toBe("2001:db8:1::2");
    expect(network.read("lock")).toBe("");
    const mode = (name: string) => statSync(`${network.directory}/${name}`).mode & 0o777;
    expect(mode("10.1.2.2")).toBe(0o600 & ~process.umask());
    expect(mode("last_reserved_ip.0")).toBe(0o600 & ~process.umask());
    expect(mode("lock")).toBe(0o750 & ~process.umask());
    expect(mode(".")).toBe(0o755 & ~process.umask());
  });

  test("hands out addresses round robin: one that was just released rests", ({ network }) => {
    expect(network.add(slash29, { container: "one" })).toEqual(["10.1.2.2/29"]);
    network.del(slash29, { container: "one" });
    expect(network.add(slash29, { container: "two" })).toEqual(["10.1.2.3/29"]);
    for (const id of ["c4", "c5", "c6"]) network.add(slash29, { container: id });
    expect(network.add(slash29, { container: "last" })).toEqual(["10.1.2.2/29"]);
  });

  test.for([
    ["10.1.2.4", "10.1.2.5/29"],
    ["10.1.2.4\n", "10.1.2.5/29"],
    ["10.1.2.128", "10.1.2.2/29"],
    ["garbage", "10.1.2.2/29"],
    ["", "10.1.2.2/29"],
  ] as const)("goes on behind last_reserved_ip %j with %s", ([content, expected], { network }) => {
    network.write("last_reserved_ip.0", content);
    expect(network.add(slash29)).toEqual([expected]);
  });

  test("fails when the set is exhausted, and never hands out the broadcast address", ({ network }) => {
    const ids = ["a", "b", "c", "d", "e"];
    expect(ids.flatMap((id) => network.add(slash29, { container: id }))).toEqual(
      [2, 3, 4, 5, 6].map((octet) => `10.1.2.${octet}/29`),
    );
    expect(() => network.add(slash29)).toThrow(
      refusal(
        110,
        "failed to allocate for range 0: no IP addresses available in range set: 10.1.2.1-10.1.2.6",
      ),
    );
    expect(Object.keys(network.leases())).toHaveLength(5);
  });

  test("finds the one free address behind very many taken ones", ({ network }) => {
    for (let octet = 2; octet < 256; octet++)
      network.write(`2001:db8::${octet.toString(16)}`, "other\r\neth0");
    expect(network.add({ subnet: "2001:db8::/64" })).toEqual(["2001:db8::100/64"]);
  });

  test("fails a duplicate, and leaves alone what there was", ({ network }) => {
    expect(network.add(slash24)).toEqual(["10.1.2.2/24"]);
    const text = "10.1.2.2 has been allocated to dummy, duplicate allocation is not allowed";
    expect(() => network.add(slash24)).toThrow(refusal(111, text));
    expect(network.add(slash24, { container: "other" })).toEqual(["10.1.2.3/24"]);
    expect(() => network.add(slash24)).toThrow(refusal(111, text));
    expect(network.leases()).toEqual({ "10.1.2.2": lease, "10.1.2.3": "other\r\neth0" });
  });

  test("fails a duplicate also when an address is requested", ({ network }) => {
    network.add(slash24);
    expect(() => network.add(slash24, { arguments: "IP=10.1.2.9" })).toThrow(refusal(111, "10.1.2.2"));
    expect(network.leases()).toEqual({ "10.1.2.2": lease });
  });

  test("fails a duplicate for a lease of the container alone, as early versions of the reference made them", ({
    network,
  }) => {
    network.write("10.1.2.7", "dummy");
    expect(() => network.add(slash24)).toThrow(refusal(111, "10.1.2.7 has been allocated to dummy"));
  });

  test("gives a second interface of a container an address of its own", ({ network }) => {
    network.add(slash24);
    expect(network.add(slash24, { interface: "eth1" })).toEqual(["10.1.2.3/24"]);
  });

  test("that fails in a later set releases what it took itself, and nothing else", ({ network }) => {
    const ranges = [[{ subnet: "10.1.2.0/24" }], [{ subnet: "10.1.3.0/30" }]];
    network.write("10.1.3.2", "other\r\neth0");
    network.write("10.9.9.9", lease);
    expect(() => network.add({ ranges })).toThrow(refusal(110, "failed to allocate for range 1: "));
    expect(network.leases()).toEqual({ "10.1.3.2": "other\r\neth0", "10.9.9.9": lease });
  });

  test("takes an empty lease, which a crash left behind, for free", ({ network }) => {
    network.write("10.1.2.2", "");
    expect(network.add(slash24)).toEqual(["10.1.2.2/24"]);
    expect(network.leases()).toEqual({ "10.1.2.2": lease });
    expect(statSync(`${network.directory}/10.1.2.2`).mode & 0o777).toBe(0o600);
  });

  test("passes over what it cannot read", ({ network }) => {
    mkdirSync(`${network.directory}/10.1.2.2`, { recursive: true });
    expect(network.add(slash24)).toEqual(["10.1.2.3/24"]);
  });

  test("takes no file for a lease whose name is no address", ({ network }) => {
    network.write(".10.1.2.9.tmp", lease);
    expect(network.add(slash24)).toEqual(["10.1.2.2/24"]);
  });

  test("fails without resolvConf's file, and touches nothing", ({ network }) => {
    const resolvConf = `${network.directory}.conf`;
    expect(() => network.add({ ...slash24, resolvConf })).toThrow(
      refusal(5, `open ${resolvConf}: no such file or directory`),
    );
    expect(() => readdirSync(network.directory)).toThrow("ENOENT");
  });

  test.for([
    [{ subnet: "10.1.2.0/24", routes: [{ dst: "10.0.0.0" }] }, "invalid CIDR address: 10.0.0.0"],
    [{ subnet: "10.1.2.0/24", routes: [{ dst: "10.0.0.0/8", gw: "x" }] }, "invalid IP address: x"],
    [{}, "no IP ranges specified"],
  ] as const)("refuses %j", ([ipam, message], { network }) => {
    expect(() => network.add(ipam as object)).toThrow(refusal(7, message));
  });

  test("refuses null where a range or an address should be", ({ network }) => {
    expect(() => network.add(slash24, { config: { runtimeConfig: { ips: [null] } } })).toThrow(
      refusal(7, "/runtimeConfig/ips/0"),
    );
    expect(() => network.add({ ranges: [[null]] } as object)).toThrow(refusal(7, "/ipam/ranges/0/0"));
  });

  test("says 5 where no directory can be made", ({ network }) => {
    const dataDir = `${network.directory}.file`;
    writeFileSync(dataDir, "");
    expect(() => network.add({ ...slash24, dataDir })).toThrow(
      refusal(5, `cannot lock the leases in ${dataDir}/net0`),
    );
  });

  test("says 11 when another call does not let go of the leases", ({ network }) => {
    const directory = leaseDirectory(network.directory, requireNetworkName("net1"));
    withLeases(directory, () => {
      expect(() => withLeases(directory, () => expect.fail("both hold the lock"), 20)).toThrow(
        refusal(11, `the leases in ${directory} are locked`),
      );
    });
    expect(withLeases(directory, () => "free", 0)).toBe("free");
  });
});

describe("ADD with requested addresses", () => {
  test("gives them, and goes on behind them", ({ network }) => {
    expect(network.add(slash24, { config: { args: { cni: { ips: ["10.1.2.88"] } } } })).toEqual([
      "10.1.2.88/24",
    ]);
    expect(network.read("last_reserved_ip.0")).toBe("10.1.2.88");
    expect(network.add(slash24, { container: "next" })).toEqual(["10.1.2.89/24"]);
  });

  test("gives each of them from its set, whatever their order", ({ network }) => {
    const ranges = [[{ subnet: "10.1.2.0/24" }, { subnet: "10.1.3.0/24" }], [{ subnet: "2001:db8:1::/48" }]];
    const options = {
      arguments: "IP=2001:db8:1::999/48",
      config: { runtimeConfig: { ips: ["10.1.3.77/24"] } },
    };
    expect(network.add({ ranges }, options)).toEqual(["10.1.3.77/24", "2001:db8:1::999/48"]);
  });

  test("leases one of another set as ever", ({ network }) => {
    expect(network.add(both, { arguments: "IP=2001:db8:1::99" })).toEqual([
      "10.1.2.2/24",
      "2001:db8:1::99/64",
    ]);
  });

  test("takes two of one set in the order given, so the second one is refused", ({ network }) => {
    const config = { args: { cni: { ips: ["10.1.2.88", "10.1.2.77"] } } };
    expect(() => network.add(slash24, { config })).toThrow(
      refusal(113, "failed to allocate all requested IPs: 10.1.2.77"),
    );
  });

  test.for([
    ["10.1.2.1", 113, "failed to allocate for range 0: requested ip 10.1.2.1 is subnet's gateway"],
    ["10.1.3.5", 113, "failed to allocate all requested IPs: 10.1.3.5"],
    ["10.1.2.255", 113, "failed to allocate all requested IPs: 10.1.2.255"],
    [
      "10.1.2.5",
      112,
      "failed to allocate for range 0: requested IP address 10.1.2.5 is not available in range set 10.1.2.1-10.1.2.254",
    ],
  ] as const)("refuses %s with %i: %s", ([address, code, message], { network }) => {
    network.write("10.1.2.5", "other\r\neth0");
    expect(() => network.add(slash24, { arguments: `IP=${address}` })).toThrow(refusal(code, message));
    expect(network.leases()).toEqual({ "10.1.2.5": "other\r\neth0" });
  });
});

describe("ADD with ADOPT=1", () => {
  const adopt = { arguments: "ADOPT=1" };

  test("gives again what the attachment held, and changes no file", ({ network }) => {
    network.add(both);
    network.write("last_reserved_ip.0", "10.1.2.200");
    expect(network.add(both, adopt)).toEqual(["10.1.2.2/24", "2001:db8:1::2/64"]);
    expect(network.leases()).toEqual({ "10.1.2.2": lease, "2001:db8:1::2": lease });
    expect(network.read("last_reserved_ip.0")).toBe("10.1.2.200");
  });

  test("gives the first of several that it held of a set, and ends the others", ({ network }) => {
    network.write("10.1.2.10", lease);
    network.write("10.1.2.9", lease);
    expect(network.add(slash24, adopt)).toEqual(["10.1.2.9/24"]);
    expect(network.leases()).toEqual({ "10.1.2.9": lease });
  });

  test("names the interface in an early lease that it keeps, and ends the other ones", ({ network }) => {
    network.write("10.1.2.9", "dummy");
    network.write("10.1.2.10", "dummy");
    expect(network.add(slash24, adopt)).toEqual(["10.1.2.9/24"]);
    expect(network.leases()).toEqual({ "10.1.2.9": lease });
  });

  test("leases as ever where the attachment held nothing", ({ network }) => {
    network.write("2001:db8:1::77", lease);
    network.write("10.1.2.2", "other\r\neth0");
    expect(network.add(both, adopt)).toEqual(["10.1.2.3/24", "2001:db8:1::77/64"]);
  });

  test("that fails keeps what the attachment held", ({ network }) => {
    network.write("10.1.2.7", lease);
    network.write("10.1.3.2", "other\r\neth0");
    const ranges = [[{ subnet: "10.1.2.0/24" }], [{ subnet: "10.1.3.0/30" }]];
    expect(() => network.add({ ranges }, adopt)).toThrow(refusal(110, "range 1"));
    expect(network.leases()).toEqual({ "10.1.2.7": lease, "10.1.3.2": "other\r\neth0" });
  });

  test("gives a requested address instead of the one that was held", ({ network }) => {
    network.add(slash24);
    expect(network.add(slash24, { arguments: "ADOPT=1;IP=10.1.2.9" })).toEqual(["10.1.2.9/24"]);
    expect(network.leases()).toEqual({ "10.1.2.9": lease });
    expect(network.add(slash24, { arguments: "ADOPT=1;IP=10.1.2.9" })).toEqual(["10.1.2.9/24"]);
  });

  test("gives another address when the one that was held has become the gateway", ({ network }) => {
    network.add(slash24);
    expect(network.add({ ...slash24, gateway: "10.1.2.2" }, adopt)).toEqual(["10.1.2.3/24"]);
    expect(network.leases()).toEqual({ "10.1.2.3": lease });
  });

  test("gives nothing that others hold", ({ network }) => {
    network.add(slash24, { container: "other" });
    network.add(slash24, { interface: "eth1" });
    expect(network.add(slash24, adopt)).toEqual(["10.1.2.4/24"]);
  });
});

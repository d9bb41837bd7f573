import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { rememberAddresses, rememberedAddresses } from "../../ipam/host-local/sticky.ts";
import { requireContainerId, requireNetworkName } from "../../lib/cni/names.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import { parseAddress } from "../../lib/ip/address.ts";
import { parseLinkName } from "../../lib/ip/link-name.ts";
import { addressesOf, test } from "./network.ts";

const lease = "dummy\r\neth0";

function refusal(code: number, text: string) {
  return expect.objectContaining({ code, message: expect.stringContaining(text) });
}

describe("exclude", () => {
  const range = { subnet: "10.1.2.0/28", exclude: ["10.1.2.2", "10.1.2.4-10.1.2.6", "10.1.2.8/30"] };
  const free = ["10.1.2.3", "10.1.2.7", "10.1.2.12", "10.1.2.13", "10.1.2.14"].map((text) => `${text}/28`);

  test("keeps addresses from those who ask for none", ({ network }) => {
    const given = free.map((_, index) => network.add(range, { container: `c${index}` }));
    expect(given.flat()).toEqual(free);
    expect(() => network.add(range)).toThrow(refusal(110, "no IP addresses available"));
    expect(() => network.status(range)).toThrow(
      expect.objectContaining({ code: 50, details: expect.stringContaining("range set 0: 5 used, 0 free") }),
    );
  });

  test("lets them be asked for", ({ network }) => {
    expect(network.add(range, { arguments: "IP=10.1.2.5" })).toEqual(["10.1.2.5/28"]);
    network.check(range);
    expect(network.add(range, { container: "next" })).toEqual(["10.1.2.7/28"]);
    expect(() => network.add(range, { container: "other", arguments: "IP=10.1.2.5" })).toThrow(
      refusal(112, "10.1.2.5"),
    );
  });

  test("does not count for capacity what was asked for", ({ network }) => {
    network.add(range, { arguments: "IP=10.1.2.5" });
    for (const index of [1, 2, 3, 4]) network.add(range, { container: `c${index}` });
    network.status(range);
    network.add(range, { container: "c5" });
    expect(() => network.status(range)).toThrow(expect.objectContaining({ code: 50 }));
  });

  test("may leave nothing but what is asked for", ({ network }) => {
    const all = { subnet: "10.1.2.0/29", exclude: ["10.1.2.0/29"] };
    expect(() => network.add(all)).toThrow(refusal(110, "no IP addresses available"));
    expect(network.add(all, { arguments: "IP=10.1.2.3" })).toEqual(["10.1.2.3/29"]);
  });

  test("works for IPv6, in each range, and for ranges of the runtime", ({ network }) => {
    const six = { subnet: "fd00::/64", exclude: ["fd00::-fd00::ffff"] };
    const config = { runtimeConfig: { ipRanges: [[{ subnet: "10.1.3.0/24", exclude: ["10.1.3.0/25"] }]] } };
    expect(network.add({ ranges: [[six]] }, { config })).toEqual(["10.1.3.128/24", "fd00::1:0/64"]);
  });

  test.for([
    ["x", "invalid IP address range: x"],
    ["", "invalid IP address range: "],
    ["10.1.2.3-", "invalid IP address range: 10.1.2.3-"],
    ["10.1.2.3-10.1.2.4-10.1.2.5", "invalid IP address range"],
    ["10.1.2.5-10.1.2.3", "ends before it starts"],
    ["10.1.2.5-fd00::1", "ends before it starts"],
    ["10.1.2.9/30", "10.1.2.9/30 has host bits set; the network is 10.1.2.8/30"],
    ["10.1.2.0/99", "invalid CIDR address: 10.1.2.0/99"],
    ["10.1.3.5", "excluded 10.1.3.5 not in network 10.1.2.0/28"],
    ["10.1.2.5-10.1.2.16", "excluded 10.1.2.5-10.1.2.16 not in network 10.1.2.0/28"],
    ["fd00::/64", "excluded fd00::/64 not in network 10.1.2.0/28"],
  ] as const)("%j is refused: %s", ([text, message], { network }) => {
    const ranges = [[{ subnet: "10.1.2.0/28", exclude: ["10.1.2.2", text] }]];
    expect(() => network.add({ ranges })).toThrow(
      expect.objectContaining({
        code: 7,
        message: expect.stringContaining(message),
        details: expect.stringContaining("/ipam/ranges/0/0/exclude/1"),
      }),
    );
  });
});

describe("allowOutsideRange", () => {
  const narrow = { subnet: "10.1.2.0/24", rangeStart: "10.1.2.100", rangeEnd: "10.1.2.110" };
  const wide = { ...narrow, allowOutsideRange: true };

  test("lets addresses of the subnet be asked for that are in no range", ({ network }) => {
    expect(() => network.add(narrow, { arguments: "IP=10.1.2.5" })).toThrow(refusal(113, "10.1.2.5"));
    const result = network.result(wide, { arguments: "IP=10.1.2.5" });
    expect(addressesOf(result)).toEqual([{ address: "10.1.2.5/24", gateway: "10.1.2.1" }]);
    network.check(wide);
    expect(network.add(wide, { container: "next" })).toEqual(["10.1.2.100/24"]);
    expect(() => network.add(wide, { container: "other", arguments: "IP=10.1.2.5" })).toThrow(
      refusal(112, "10.1.2.5"),
    );
    network.del(wide);
    expect(Object.keys(network.leases())).toEqual(["10.1.2.100"]);
  });

  test("counts such an address as one of the set: no second one, and it can be taken over", ({ network }) => {
    network.add(wide, { arguments: "IP=10.1.2.5" });
    expect(() => network.add(wide)).toThrow(refusal(111, "10.1.2.5 has been allocated to dummy"));
    expect(network.add(wide, { arguments: "ADOPT=1" })).toEqual(["10.1.2.5/24"]);
  });

  test.for(["10.1.2.0", "10.1.2.255", "10.1.3.5", "fd00::5"])("does not give %s", (address, { network }) => {
    expect(() => network.add(wide, { arguments: `IP=${address}` })).toThrow(
      refusal(113, `failed to allocate all requested IPs: ${address}`),
    );
  });

  test("does not give the gateway", ({ network }) => {
    expect(() => network.add(wide, { arguments: "IP=10.1.2.1" })).toThrow(
      refusal(113, "requested ip 10.1.2.1 is subnet's gateway"),
    );
    const ranges = [
      [narrow, { ...narrow, rangeStart: "10.1.2.200", rangeEnd: "10.1.2.210", gateway: "10.1.2.9" }],
    ];
    expect(() => network.add({ ranges, allowOutsideRange: true }, { arguments: "IP=10.1.2.9" })).toThrow(
      refusal(113, "requested ip 10.1.2.9 is subnet's gateway"),
    );
    expect(network.leases()).toEqual({});
  });

  test("gives an address that is in a range of another set to that set", ({ network }) => {
    const other = { subnet: "10.1.2.0/24", rangeStart: "10.1.2.200", rangeEnd: "10.1.2.210" };
    const config = { args: { cni: { ips: ["10.1.2.205"] } } };
    const ranges = [[narrow], [other]];
    expect(network.add({ ranges, allowOutsideRange: true }, { config })).toEqual([
      "10.1.2.100/24",
      "10.1.2.205/24",
    ]);
  });

  test("works for IPv6", ({ network }) => {
    const six = {
      subnet: "fd00::/64",
      rangeStart: "fd00::1:0",
      rangeEnd: "fd00::1:ff",
      allowOutsideRange: true,
    };
    expect(() => network.add(six, { arguments: "IP=fd00::" })).toThrow(refusal(113, "fd00::"));
    expect(network.add(six, { arguments: "IP=fd00::ffff:ffff:ffff:ffff" })).toEqual([
      "fd00::ffff:ffff:ffff:ffff/64",
    ]);
  });
});

describe("sticky", () => {
  const slash24 = { subnet: "10.1.2.0/24", sticky: true };
  const web = { container: "web" };

  test("gives a container that comes back the address that it had", ({ network }) => {
    const ranges = [[{ subnet: "10.1.2.0/24" }], [{ subnet: "fd00::/64" }]];
    const both = { ranges, sticky: true };
    network.add(both, { container: "first" });
    expect(network.add(both, web)).toEqual(["10.1.2.3/24", "fd00::3/64"]);
    expect(network.add(both, { ...web, interface: "eth1" })).toEqual(["10.1.2.4/24", "fd00::4/64"]);
    network.del(both, web);
    network.del(both, { ...web, interface: "eth1" });
    expect(network.add(both, { container: "new" })).toEqual(["10.1.2.5/24", "fd00::5/64"]);
    expect(network.add(both, { ...web, interface: "eth1" })).toEqual(["10.1.2.4/24", "fd00::4/64"]);
    expect(network.add(both, web)).toEqual(["10.1.2.3/24", "fd00::3/64"]);
    // The search for others goes on where it was.
    network.del(both, { container: "new" });
    expect(network.add(both, { container: "newer" })).toEqual(["10.1.2.6/24", "fd00::6/64"]);
  });

  test("gives the next one that is free, when somebody has the address meanwhile", ({ network }) => {
    network.add(slash24, web);
    network.del(slash24, web);
    network.add(slash24, { container: "other", arguments: "IP=10.1.2.2" });
    expect(network.add(slash24, web)).toEqual(["10.1.2.3/24"]);
    network.del(slash24, web);
    network.del(slash24, { container: "other" });
    // The last one counts.
    expect(network.add(slash24, web)).toEqual(["10.1.2.3/24"]);
  });

  test("gives no address that the network does not give to anybody (any more)", ({ network }) => {
    network.add(slash24, web);
    network.del(slash24, web);
    expect(network.add({ ...slash24, exclude: ["10.1.2.2"] }, web)).toEqual(["10.1.2.3/24"]);
    network.del(slash24, web);
    expect(network.add({ ...slash24, gateway: "10.1.2.3" }, web)).toEqual(["10.1.2.4/24"]);
    network.del(slash24, web);
    expect(network.add({ subnet: "10.9.9.0/24", sticky: true }, web)).toEqual(["10.9.9.2/24"]);
  });

  test("remembers what was asked for, too, and asking comes first", ({ network }) => {
    network.add(slash24, { ...web, arguments: "IP=10.1.2.77" });
    network.del(slash24, web);
    expect(network.add(slash24, web)).toEqual(["10.1.2.77/24"]);
    network.del(slash24, web);
    expect(network.add(slash24, { ...web, arguments: "IP=10.1.2.9" })).toEqual(["10.1.2.9/24"]);
  });

  test("remembers nothing without being told", ({ network }) => {
    const plain = { subnet: "10.1.2.0/24" };
    network.add(plain, web);
    network.del(plain, web);
    expect(network.add(slash24, web)).toEqual(["10.1.2.3/24"]);
  });

  test("remembers so many, and forgets who was given an address longest ago", ({ network }) => {
    const address = parseAddress("10.1.2.3") ?? expect.fail();
    const first = attachmentOf("c0");
    // Those that share a page: one in 1024. A page holds 128.
    const page = pageOf("c0");
    const neighbours: Attachment[] = [first];
    for (let number = 1; neighbours.length < 129; number++) {
      if (pageOf(`c${number}`) === page) neighbours.push(attachmentOf(`c${number}`));
    }
    for (const each of neighbours.slice(0, 128)) rememberAddresses(network.directory, each, [address]);
    expect(rememberedAddresses(network.directory, first)).toEqual([address]);
    rememberAddresses(network.directory, neighbours[128] ?? expect.fail(), [address]);
    expect(rememberedAddresses(network.directory, first)).toEqual([]);
    for (const each of neighbours.slice(1)) {
      expect(rememberedAddresses(network.directory, each)).toEqual([address]);
    }
    expect(statSync(network.stateFile("sticky")).size).toBeLessThanOrEqual(1025 * 4096);
  });

  test.for([
    ["empty", Buffer.alloc(0)],
    ["of another version", Buffer.from(`lxc-cni sticky 9${"x".repeat(9000)}`)],
    ["nonsense", Buffer.alloc(5 << 20, 0xff)],
  ] as const)("does without a file that is %s, and makes it a new one", ([, content], { network }) => {
    network.add(slash24, web);
    network.del(slash24, web);
    writeFileSync(network.stateFile("sticky"), content);
    expect(network.add(slash24, web)).toEqual(["10.1.2.3/24"]);
    network.del(slash24, web);
    expect(network.add(slash24, web)).toEqual(["10.1.2.3/24"]);
    expect(readFileSync(network.stateFile("sticky"), "latin1").startsWith("lxc-cni sticky 1")).toBe(true);
  });

  test("does without where the file cannot be", ({ network }) => {
    mkdirSync(network.stateFile("sticky"), { recursive: true });
    expect(network.add(slash24, web)).toEqual(["10.1.2.2/24"]);
  });
});

describe("an address that is held", () => {
  const slash29 = { subnet: "10.1.2.0/29" };

  test("is given to nobody but whom it is held for", ({ network }) => {
    network.hold("10.1.2.2", lease);
    network.hold("10.1.2.4", "");
    const others = ["a", "b", "c"].flatMap((container) => network.add(slash29, { container }));
    expect(others).toEqual(["10.1.2.3/29", "10.1.2.5/29", "10.1.2.6/29"]);
    for (const address of ["10.1.2.2", "10.1.2.4"]) {
      expect(() => network.add(slash29, { container: "d", arguments: `IP=${address}` })).toThrow(
        refusal(112, address),
      );
    }
    expect(() => network.add(slash29, { container: "d" })).toThrow(refusal(110, "no IP addresses available"));
    expect(network.add(slash29)).toEqual(["10.1.2.2/29"]);
  });

  test("stays leased in a GC", ({ network }) => {
    network.add(slash29);
    network.add(slash29, { container: "other" });
    network.hold("10.1.2.2", lease);
    network.gc(slash29, []);
    expect(network.leases()).toEqual({ "10.1.2.2": lease });
  });

  test("stays leased by DEL of whom it is held for, and by nobody else's", ({ network }) => {
    network.add(slash29);
    network.add(slash29, { container: "other" });
    network.hold("10.1.2.2", lease);
    network.hold("10.1.2.3", lease);
    network.del(slash29);
    network.del(slash29, { container: "other" });
    expect(network.leases()).toEqual({ "10.1.2.2": lease });
  });
});

describe("args.cni.adopt", () => {
  test("takes over what the attachment holds", ({ network }) => {
    const ranges = [[{ subnet: "10.1.2.0/24" }], [{ subnet: "fd00::/64" }]];
    network.add({ ranges });
    network.add({ ranges }, { container: "other" });
    const config = { args: { cni: { adopt: true } } };
    expect(network.add({ ranges }, { config })).toEqual(["10.1.2.2/24", "fd00::2/64"]);
    expect(() => network.add({ ranges }, { config: { args: { cni: { adopt: false } } } })).toThrow(
      refusal(111, "10.1.2.2"),
    );
    expect(() => network.add({ ranges }, { config: { args: { cni: { adopt: "yes" } } } })).toThrow(
      refusal(7, "/args/cni/adopt must be a boolean"),
    );
  });
});

function attachmentOf(container: string): Attachment {
  return {
    network: requireNetworkName("net0"),
    container: requireContainerId(container),
    interface: parseLinkName("eth0") ?? expect.fail(),
  };
}

/** The last ten of the first 24 bits of the SHA-512 of a lease tell the page. */
function pageOf(container: string): number {
  const hash = createHash("sha512").update(`${container}\r\neth0`).digest();
  return hash.readUIntBE(0, 3) & 1023;
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../lib/cni/json.ts";
import type { Result } from "../../lib/cni/result.ts";
import { formatResult } from "../../lib/cni/result-format.ts";
import { emptyResult, parseResult } from "../../lib/cni/result-parse.ts";
import { address, ipv4, ipv6, prefix } from "../ip/arbitrary.ts";

const text = fc.string({ minLength: 1 });
const texts = fc.array(text, { minLength: 1, maxLength: 2 });
const number = fc.integer({ min: 1, max: 2 ** 31 });

/** Results as the newest version can say them. */
const results: fc.Arbitrary<Result> = fc.record({
  interfaces: list(
    fc.record(
      { name: text, mac: text, mtu: number, sandbox: text, socketPath: text, pciID: text },
      { requiredKeys: ["name"] },
    ),
  ),
  ips: list(
    fc.record({ address: prefix, gateway: address, interface: fc.nat(5) }, { requiredKeys: ["address"] }),
  ),
  routes: list(
    fc.record(
      {
        dst: prefix,
        gw: address,
        mtu: number,
        advmss: number,
        priority: number,
        table: fc.nat(),
        scope: fc.nat(255),
      },
      { requiredKeys: ["dst"] },
    ),
  ),
  dns: fc.record({ nameservers: texts, domain: text, search: texts, options: texts }, { requiredKeys: [] }),
});

describe("what is printed is read back as what it was", () => {
  test.each(["1.0.0", "1.1.0"])("in %s: all of it", (version) => {
    fc.assert(
      fc.property(results, (result) => {
        expect(again(result, version)).toEqual(result);
      }),
    );
  });

  test.each(["0.3.0", "0.3.1", "0.4.0"])("in %s: all but what interfaces had not then", (version) => {
    fc.assert(
      fc.property(results, (result) => {
        const interfaces = result.interfaces.map(({ mtu, socketPath, pciID, ...known }) => known);
        expect(again(result, version)).toEqual({ ...result, interfaces });
      }),
    );
  });

  test.each(["0.1.0", "0.2.0"])("in %s: addresses, one a family, and routes", (version) => {
    const ofFamily = (family: typeof ipv4) => family.map((each) => ({ address: each, length: 17 }));
    fc.assert(
      fc.property(ofFamily(ipv4), ofFamily(ipv6), address, results, (ip4, ip6, gateway, result) => {
        const ips = [
          { address: ip4, ...(gateway.family === 4 && { gateway }) },
          { address: ip6, ...(gateway.family === 6 && { gateway }) },
        ];
        const routes = result.routes.map(({ dst, gw }) => ({ dst, ...(gw && { gw }) }));
        const expected = [4, 6].flatMap((family) =>
          routes.filter(({ dst }) => dst.address.family === family),
        );
        expect(again({ ...result, ips }, version)).toEqual({
          interfaces: [],
          ips,
          routes: expected,
          dns: result.dns,
        });
      }),
    );
  });
});

describe("a result", () => {
  test.each([undefined, null, {}, { cniVersion: "1.0.0" }, { cniVersion: "1.0.0", ips: null, dns: null }])(
    "that says nothing, %j, is empty",
    (value) => expect(parseResult(value, "1.1.0")).toEqual(emptyResult),
  );

  test("without a version is taken for one of the version asked for", () => {
    const old = { ip4: { ip: "10.1.2.3/24" } };
    expect(parseResult(old, "0.2.0").ips).toHaveLength(1);
    expect(parseResult({ ...old, cniVersion: "" }, "0.2.0").ips).toHaveLength(1);
    expect(parseResult(old, "1.0.0").ips).toHaveLength(0);
  });

  test("of another version than the one asked for is read as what it is", () => {
    expect(parseResult({ cniVersion: "0.2.0", ip4: { ip: "10.1.2.3/24" } }, "1.0.0").ips).toHaveLength(1);
  });

  test("may have null for whatever may be left out", () => {
    const value = {
      interfaces: [{ name: "eth0", mac: null, mtu: null, sandbox: null }],
      ips: [{ address: "10.1.2.3/24", gateway: null, interface: null }],
      routes: [{ dst: "::/0", gw: null, table: null }],
      dns: { nameservers: null, domain: null },
    };
    expect(formatResult(parseResult(value, "1.0.0"), "1.0.0")).not.toContain("null");
    expect(parseResult({ ip4: null, ip6: null }, "0.2.0")).toEqual(emptyResult);
  });

  test("has addresses without a gateway", () => {
    const ips = [{ address: "10.1.2.3/24", gateway: "" }];
    expect(parseResult({ ips }, "1.0.0").ips).toEqual([
      { address: { address: expect.anything(), length: 24 } },
    ]);
  });

  test.each<[Json, string]>([
    [7, "could not parse result: / must be an object"],
    [[], "could not parse result: / must be an object"],
    [{ cniVersion: "3.0.0" }, 'unsupported CNI result version "3.0.0"'],
    [{ ips: {} }, "could not parse result: /ips must be a list"],
    [{ ips: [7] }, "could not parse result: /ips/0 must be an address"],
    [{ ips: [{}] }, "could not parse result: /ips/0/address must be an address with a prefix length"],
    [
      { ips: [{ address: "10.1.2.3" }] },
      "could not parse result: /ips/0/address must be an address with a prefix length",
    ],
    [
      { ips: [{ address: "10.1.2.3/24", gateway: "x" }] },
      "could not parse result: /ips/0/gateway must be an IP address",
    ],
    [{ interfaces: [{}] }, "could not parse result: /interfaces/0 must be an interface"],
    [
      { interfaces: [{ name: "eth0", mtu: "1500" }] },
      "could not parse result: /interfaces/0/mtu must be an integer",
    ],
    [
      { interfaces: [{ name: "eth0", mac: 7 }] },
      "could not parse result: /interfaces/0/mac must be a string",
    ],
    [
      { ips: [{ address: "10.1.2.3/24", interface: 0.5 }] },
      "could not parse result: /ips/0/interface must be an integer",
    ],
    [
      { routes: [{ dst: "::/0", priority: "100" }] },
      "could not parse result: /routes/0/priority must be an integer",
    ],
    [{ dns: [] }, "could not parse result: /dns must be an object"],
    [
      { dns: { nameservers: "10.0.0.1" } },
      "could not parse result: /dns/nameservers must be a list of strings",
    ],
    [{ dns: { search: [7] } }, "could not parse result: /dns/search must be a list of strings"],
    [{ cniVersion: "0.1.0", ip4: "10.1.2.3/24" }, "could not parse result: /ip4 must be an object"],
    [
      { routes: [{ dst: "10.0.0.0/8" }, {}] },
      "could not parse result: /routes/1/dst must be an address with a prefix length",
    ],
    [{ routes: [{ dst: "0.0.0.0/0", gw: 7 }] }, "could not parse result: /routes/0/gw must be an IP address"],
    [
      { cniVersion: "0.2.0", ip4: {} },
      "could not parse result: /ip4/ip must be an address with a prefix length",
    ],
    [
      { cniVersion: "0.2.0", ip6: { ip: "fd00::2/64", routes: [{}] } },
      "could not parse result: /ip6/routes/0/dst must be an address with a prefix length",
    ],
  ])("%j is none", (value, message) => {
    expect(() => parseResult(value, "1.0.0")).toThrow(expect.objectContaining({ code: 6, message }));
  });
});

describe("a result is converted", () => {
  const old = {
    cniVersion: "0.2.0",
    ip4: {
      ip: "10.1.2.3/24",
      gateway: "10.1.2.1",
      routes: [{ dst: "192.0.2.0/24", gw: "10.1.2.1" }, { dst: "198.51.100.0/24" }],
    },
    ip6: { ip: "fd00::3/64", gateway: "fd00::1", routes: [{ dst: "2001:db8::/32" }] },
    dns: { nameservers: ["10.1.2.1"], domain: "example.org" },
  };
  const newer = {
    cniVersion: "0.4.0",
    ips: [
      { version: "4", address: "10.1.2.3/24", gateway: "10.1.2.1" },
      { version: "6", address: "fd00::3/64", gateway: "fd00::1" },
    ],
    routes: [{ dst: "192.0.2.0/24", gw: "10.1.2.1" }, { dst: "198.51.100.0/24" }, { dst: "2001:db8::/32" }],
    dns: { nameservers: ["10.1.2.1"], domain: "example.org" },
  };
  const newest = {
    cniVersion: "1.1.0",
    interfaces: [{ name: "eth0", mtu: 1400, socketPath: "/s", pciID: "1", sandbox: "/run/netns/c1" }],
    ips: [{ address: "10.1.2.3/24", interface: 0 }],
    routes: [{ dst: "0.0.0.0/0", mtu: 1300 }],
  };

  test.each<[string, Json, string, Json]>([
    ["0.1.0 to 0.2.0", { ...old, cniVersion: "0.1.0" }, "0.2.0", old],
    ["0.2.0 to 0.4.0: IPv4 first", old, "0.4.0", newer],
    ["0.4.0 back to 0.2.0", newer, "0.2.0", old],
    [
      "0.4.0 to 0.2.0: routes of a family without an address are dropped, more addresses, too",
      {
        ...newer,
        ips: [
          { version: "6", address: "fd00::3/64" },
          { version: "6", address: "fd00::4/64" },
        ],
      },
      "0.2.0",
      {
        cniVersion: "0.2.0",
        ip6: { ip: "fd00::3/64", routes: [{ dst: "2001:db8::/32" }] },
        dns: newer.dns,
      },
    ],
    [
      "0.4.0 to 1.0.0: addresses lose their version",
      newer,
      "1.0.0",
      {
        ...newer,
        cniVersion: "1.0.0",
        ips: [
          { address: "10.1.2.3/24", gateway: "10.1.2.1" },
          { address: "fd00::3/64", gateway: "fd00::1" },
        ],
      },
    ],
    [
      "1.1.0 to 0.4.0: addresses get one, interfaces lose what they had not then",
      newest,
      "0.4.0",
      {
        cniVersion: "0.4.0",
        interfaces: [{ name: "eth0", sandbox: "/run/netns/c1" }],
        ips: [{ version: "4", address: "10.1.2.3/24", interface: 0 }],
        routes: [{ dst: "0.0.0.0/0", mtu: 1300 }],
        dns: {},
      },
    ],
    ["1.1.0 to 1.0.0: nothing is lost", newest, "1.0.0", { ...newest, cniVersion: "1.0.0" }],
    [
      "1.1.0 to 0.1.0: through all of it",
      newest,
      "0.1.0",
      { cniVersion: "0.1.0", ip4: { ip: "10.1.2.3/24", routes: [{ dst: "0.0.0.0/0" }] }, dns: {} },
    ],
  ])("from %s", (_, from, version, to) => {
    expect(JSON.parse(formatResult(parseResult(from, "0.0.0"), version))).toEqual(to);
  });
});

function again(result: Result, version: string): Result {
  return parseResult(JSON.parse(formatResult(result, version)), "0.0.0");
}

function list<T>(each: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(each, { maxLength: 3 });
}

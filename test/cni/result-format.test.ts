import { describe, expect, test } from "vitest";
import type { Result } from "../../lib/cni/result.ts";
import { formatResult } from "../../lib/cni/result-format.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import { type Address, parseAddress } from "../../lib/ip/address.ts";
import { type Prefix, parsePrefix } from "../../lib/ip/prefix.ts";

/** A result that has everything, in an order of its own. */
const full: Result = {
  interfaces: [
    { name: "cnibr0", mac: "02:00:00:00:00:01" },
    {
      name: "eth0",
      sandbox: "/run/netns/c1",
      mac: "02:00:00:00:00:02",
      mtu: 1400,
      socketPath: "/s<1>",
      pciID: "0000:00:01.0",
    },
  ],
  ips: [
    { address: prefix("10.10.0.2/16"), gateway: address("10.10.0.1"), interface: 0 },
    { address: prefix("fd00::2/64"), gateway: address("fd00::1"), interface: 1 },
    { address: prefix("10.20.0.2/24") },
  ],
  routes: [
    { dst: prefix("0.0.0.0/0"), gw: address("10.10.0.1") },
    { dst: prefix("10.9.1.2/8"), mtu: 1300, advmss: 1200, priority: 5, table: 0, scope: 0 },
    { dst: prefix("::/0"), mtu: 0, advmss: 0, priority: 0 },
  ],
  dns: { domain: "example.org", options: ["ndots:2"], nameservers: ["10.10.0.1"], search: ["a", "b"] },
};

const lean: Result = {
  ...emptyResult,
  interfaces: [{ name: "eth0", mac: "", sandbox: "", mtu: 0 }],
  ips: [{ address: prefix("10.10.0.2/16") }],
};

describe("a result of 0.1.0 and 0.2.0", () => {
  test.each(["0.1.0", "0.2.0"])(
    "%s: one address a family, its routes without metrics, no interfaces",
    (version) => {
      expect(formatResult(full, version)).toBe(
        printed(`{"cniVersion":"${version}",
        "ip4":{"ip":"10.10.0.2/16","gateway":"10.10.0.1","routes":[
          {"dst":"0.0.0.0/0","gw":"10.10.0.1"},{"dst":"10.9.1.2/8"}]},
        "ip6":{"ip":"fd00::2/64","gateway":"fd00::1","routes":[{"dst":"::/0"}]},
        "dns":{"nameservers":["10.10.0.1"],"domain":"example.org","search":["a","b"],"options":["ndots:2"]}}`),
      );
      expect(formatResult(lean, version)).toBe(
        printed(`{"cniVersion":"${version}","ip4":{"ip":"10.10.0.2/16"},"dns":{}}`),
      );
    },
  );

  test("a family without an address has no place for its routes", () => {
    const result = { ...lean, routes: full.routes };
    expect(formatResult(result, "0.2.0")).not.toContain("::/0");
  });

  test("there is none without an address", () => {
    expect(() => formatResult(emptyResult, "0.2.0")).toThrow(
      expect.objectContaining({ code: 7, message: "cannot convert: no valid IP addresses" }),
    );
  });
});

describe("a result of 0.3.0 to 0.4.0 has the order of Go's structures, and a version for each address", () => {
  test.each(["0.3.0", "0.3.1", "0.4.0"])("%s", (version) => {
    expect(formatResult(full, version)).toBe(
      printed(`{"cniVersion":"${version}",
        "interfaces":[
          {"name":"cnibr0","mac":"02:00:00:00:00:01"},
          {"name":"eth0","mac":"02:00:00:00:00:02","sandbox":"/run/netns/c1"}],
        "ips":[
          {"version":"4","interface":0,"address":"10.10.0.2/16","gateway":"10.10.0.1"},
          {"version":"6","interface":1,"address":"fd00::2/64","gateway":"fd00::1"},
          {"version":"4","address":"10.20.0.2/24"}],
        "routes":[
          {"dst":"0.0.0.0/0","gw":"10.10.0.1"},
          {"dst":"10.9.1.2/8","mtu":1300,"advmss":1200,"priority":5,"table":0,"scope":0},
          {"dst":"::/0"}],
        "dns":{"nameservers":["10.10.0.1"],"domain":"example.org","search":["a","b"],"options":["ndots:2"]}}`),
    );
    expect(formatResult(lean, version)).toBe(
      printed(`{"cniVersion":"${version}","interfaces":[{"name":"eth0"}],
        "ips":[{"version":"4","address":"10.10.0.2/16"}],"dns":{}}`),
    );
    expect(formatResult(emptyResult, version)).toBe(printed(`{"cniVersion":"${version}","dns":{}}`));
  });
});

describe("a result of 1.0.0 and 1.1.0 has the order of the alphabet, and no dns when there is none", () => {
  test.each(["1.0.0", "1.1.0"])("%s", (version) => {
    expect(formatResult(full, version)).toBe(
      printed(String.raw`{"cniVersion":"${version}",
        "dns":{"domain":"example.org","nameservers":["10.10.0.1"],"options":["ndots:2"],"search":["a","b"]},
        "interfaces":[
          {"mac":"02:00:00:00:00:01","name":"cnibr0"},
          {"mac":"02:00:00:00:00:02","mtu":1400,"name":"eth0","pciID":"0000:00:01.0","sandbox":"/run/netns/c1",
           "socketPath":"/s\u003c1\u003e"}],
        "ips":[
          {"address":"10.10.0.2/16","gateway":"10.10.0.1","interface":0},
          {"address":"fd00::2/64","gateway":"fd00::1","interface":1},
          {"address":"10.20.0.2/24"}],
        "routes":[
          {"dst":"0.0.0.0/0","gw":"10.10.0.1"},
          {"advmss":1200,"dst":"10.9.1.2/8","mtu":1300,"priority":5,"scope":0,"table":0},
          {"dst":"::/0"}]}`),
    );
    expect(formatResult(lean, version)).toBe(
      printed(
        `{"cniVersion":"${version}","interfaces":[{"name":"eth0"}],"ips":[{"address":"10.10.0.2/16"}]}`,
      ),
    );
    const deaf = { ...emptyResult, dns: { nameservers: [], search: [], domain: "" } };
    expect(formatResult(deaf, version)).toBe(printed(`{"cniVersion":"${version}"}`));
  });
});

/** JSON on one line, or a few, as json.MarshalIndent prints it; its escapes are kept. */
function printed(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 4).replace(/[<>]/g, (each) =>
    each === "<" ? "\\u003c" : "\\u003e",
  );
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(`${text} is no prefix`);
  return parsed;
}

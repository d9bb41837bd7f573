import { describe, expect, test } from "vitest";
import { isAdopting, requestedAddresses } from "../../ipam/host-local/requested.ts";
import { formatAddress } from "../../lib/ip/address.ts";

interface Places {
  readonly arguments?: string;
  readonly args?: string[];
  readonly runtime?: string[];
}

function requested({ arguments: text, args, runtime }: Places): string[] {
  const config = { name: "net0", args: { cni: { ips: args } }, runtimeConfig: { ips: runtime } };
  return requestedAddresses(config, new Map(text === undefined ? [] : [["IP", text]])).map(formatAddress);
}

describe("requested addresses", () => {
  test.each<[Places, string[]]>([
    [{}, []],
    [{ arguments: "10.1.2.88" }, ["10.1.2.88"]],
    [{ arguments: "10.1.2.88/24" }, ["10.1.2.88"]],
    [{ arguments: "" }, []],
    [{ args: ["10.1.2.11/24", "2001:db8:1::11/64"] }, ["10.1.2.11", "2001:db8:1::11"]],
    [
      { runtime: ["192.0.2.1", "10.1.2.3/24", "2001:DB8::1/64"], args: ["10.1.2.2"], arguments: "10.1.2.1" },
      ["10.1.2.1", "10.1.2.2", "192.0.2.1", "10.1.2.3", "2001:db8::1"],
    ],
    [
      { runtime: ["10.1.2.3", "10.1.2.4"], args: ["10.1.2.4/16", "::ffff:10.1.2.3"] },
      ["10.1.2.4", "10.1.2.3"],
    ],
  ])("of %j are %j", (places, expected) => {
    expect(requested(places)).toEqual(expected);
  });

  test.each<[Places, number, string, string]>([
    [
      { arguments: "192.168.0.1000" },
      4,
      'ARGS: error parsing value of pair "IP=192.168.0.1000": invalid IP address 192.168.0.1000',
      'IP in CNI_ARGS is "192.168.0.1000"',
    ],
    [{ args: ["10.1.2.3", "x"] }, 7, "invalid IP address x", '/args/cni/ips/1 is "x"'],
    [
      { runtime: ["2001:db8::1/256"] },
      7,
      "invalid IP address 2001:db8::1/256",
      '/runtimeConfig/ips/0 is "2001:db8::1/256"',
    ],
    [{ args: [""] }, 7, "cannot understand ip: IP <nil> not v4 nor v6", '/args/cni/ips/0 is ""'],
  ])("of %j are refused", (places, code, message, details) => {
    expect(() => requested(places)).toThrow(expect.objectContaining({ code, message, details }));
  });
});

describe("adoption", () => {
  test.each([
    ["1", true],
    ["true", true],
    ["TRUE", true],
    ["0", false],
    ["False", false],
  ])("ADOPT=%s: %s", (text, expected) => {
    expect(isAdopting({ name: "net0" }, new Map([["ADOPT", text]]))).toBe(expected);
  });

  test.each([
    [true, "0", true],
    [true, undefined, true],
    [false, "1", true],
    [false, undefined, false],
  ])("args.cni.adopt %s and ADOPT=%s: %s", (adopt, text, expected) => {
    const args = new Map(text === undefined ? [] : [["ADOPT", text]]);
    expect(isAdopting({ name: "net0", args: { cni: { adopt } } }, args)).toBe(expected);
  });

  test("is not asked for by other arguments", () => {
    expect(isAdopting({ name: "net0" }, new Map([["IP", "10.1.2.3"]]))).toBe(false);
  });

  test("is asked for by nothing else", () => {
    expect(() => isAdopting({ name: "net0" }, new Map([["ADOPT", "yes"]]))).toThrow(
      'ARGS: error parsing value of pair "ADOPT=yes": boolean unmarshal error: invalid input yes',
    );
  });
});

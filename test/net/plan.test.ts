import { describe, expect, test } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import type { Result, Route } from "../../lib/cni/result.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import type { Operation } from "../../lib/net/operation.ts";
import { describeOperation } from "../../lib/net/operation-error.ts";
import type { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { withGateways } from "../../plugins/bridge/gateways.ts";
import { planAttachment } from "../../plugins/bridge/plan.ts";
import { settingsOf } from "../../plugins/bridge/settings.ts";
import { recipe } from "../bridge/recipe.ts";
import { address, mac, prefix } from "./values.ts";

const attachment = { network: "simplenet", container: "c1", interface: "eth0" } as Attachment;
const port = "veth2v54nqsfchr";
const macs = {
  bridge: mac("02:00:00:00:00:01"),
  port: mac("02:00:00:00:00:02"),
  container: mac("02:00:00:00:00:03"),
};

const portSteps = [
  `create veth "${port}" on bridge "cnibr0" with "eth0" in the container`,
  `set the alias of "${port}"`,
  `turn hairpin mode of "${port}" on`,
];

describe("the recipe", () => {
  test("on a host that has nothing", () => {
    expect(steps(recipe, { ips: ["10.10.0.2/16"] })).toEqual([
      'create bridge "cnibr0"',
      'set the alias of "cnibr0"',
      'set "cnibr0" up',
      ...portSteps,
      'add address 10.10.0.1/16 to "cnibr0"',
      "container: write 1 to /proc/sys/net/ipv4/conf/eth0/arp_notify",
      'container: add address 10.10.0.2/16 to "eth0"',
      'container: set "eth0" up',
      'container: add route 0.0.0.0/0 via 10.10.0.1 on "eth0"',
      "write 1 to /proc/sys/net/ipv4/ip_forward",
      "masquerade 10.10.0.2/16",
    ]);
  });

  test("where the bridge is there already", () => {
    const bridge = bridgeWith("10.10.0.1/16", "fe80::1/64");
    expect(steps(recipe, { ips: ["10.10.0.2/16"], bridge })[0]).toBe(portSteps[0]);
  });

  test("where the bridge is there, but down and without its address", () => {
    const bridge = { ...bridgeWith("fe80::1/64"), up: false };
    expect(steps(recipe, { ips: ["10.10.0.2/16"], bridge }).slice(0, 5)).toEqual([
      'set "cnibr0" up',
      ...portSteps,
      'add address 10.10.0.1/16 to "cnibr0"',
    ]);
  });

  test("carries names, MACs and aliases in its steps", () => {
    const operations = plan(recipe, { ips: ["10.10.0.2/16"] });
    expect(operations).toContainEqual({
      do: "create bridge",
      where: "host",
      name: "cnibr0",
      mac: macs.bridge,
      mtu: undefined,
    });
    expect(operations).toContainEqual({
      do: "label link",
      where: "host",
      name: "cnibr0",
      alias: "lxc-cni bridge",
    });
    const alias = "lxc-cni simplenet c1 eth0";
    expect(operations).toContainEqual({
      ...{
        do: "create port",
        where: "host",
        name: port,
        mac: macs.port,
        bridge: "cnibr0",
        mtu: undefined,
        alias,
      },
      ...{ peerName: "eth0", peerMac: macs.container },
    });
    expect(operations).toContainEqual({ do: "label link", where: "host", name: port, alias });
  });
});

describe("an address of the bridge that is in the way", () => {
  const other = bridgeWith("10.9.0.1/16");

  test("is a refusal in the reference's words", () => {
    expect(() => plan(recipe, { ips: ["10.10.0.2/16"], bridge: other })).toThrow(
      expect.objectContaining({
        code: 7,
        message: '"cnibr0" already has an IP address different from 10.10.0.1/16',
        details: expect.stringContaining("10.9.0.1/16"),
      }),
    );
  });

  test.each(["10.10.0.1/24", "10.10.0.2/16", "192.0.2.1/32"])("of IPv4 is any other: %s", (found) => {
    expect(() => plan(recipe, { ips: ["10.10.0.2/16"], bridge: bridgeWith(found) })).toThrow(
      "already has an IP address",
    );
  });

  test.each([
    ["fd00::9/64", true],
    ["fd00::1/48", true],
    ["fd00::1/80", true],
    ["fd00:0:0:1::1/64", false],
    ["fe80::1/64", false],
    ["10.9.0.1/16", false],
  ])("of IPv6 is one whose subnet overlaps: %s, %s", (found, conflict) => {
    const call = () => plan(recipe, { ips: ["fd00::2/64"], bridge: bridgeWith(found) });
    if (conflict) expect(call).toThrow('"cnibr0" already has an IP address different from fd00::1/64');
    else expect(call).not.toThrow();
  });

  test("is deleted with forceAddress, behind the port, and no other one", () => {
    const bridge = bridgeWith("10.9.0.1/16", "10.8.0.1/16", "fe80::1/64");
    expect(steps({ ...recipe, forceAddress: true }, { ips: ["10.10.0.2/16"], bridge }).slice(0, 6)).toEqual([
      ...portSteps,
      'delete address 10.9.0.1/16 from "cnibr0"',
      'delete address 10.8.0.1/16 from "cnibr0"',
      'add address 10.10.0.1/16 to "cnibr0"',
    ]);
  });

  test("is deleted once, though it is in the way of two", () => {
    const ips = ["10.10.0.2/16", "10.20.0.2/16"];
    expect(steps({ ...recipe, forceAddress: true }, { ips, bridge: other }).slice(0, 6)).toEqual([
      ...portSteps,
      'delete address 10.9.0.1/16 from "cnibr0"',
      'add address 10.10.0.1/16 to "cnibr0"',
      'add address 10.20.0.1/16 to "cnibr0"',
    ]);
  });

  test("is none that the network itself needs", () => {
    const bridge = bridgeWith("10.20.0.1/16");
    expect(steps(recipe, { ips: ["10.10.0.2/16", "10.20.0.2/16"], bridge }).slice(0, 4)).toEqual([
      ...portSteps,
      'add address 10.10.0.1/16 to "cnibr0"',
    ]);
  });
});

describe("addresses", () => {
  test("of both families", () => {
    const listed = steps(recipe, { ips: ["10.10.0.2/16", "fd00::2/64"] });
    expect(listed.filter((step) => !portSteps.includes(step)).slice(3)).toEqual([
      'add address 10.10.0.1/16 to "cnibr0"',
      'add address fd00::1/64 to "cnibr0"',
      "container: write 1 to /proc/sys/net/ipv4/conf/eth0/arp_notify",
      'container: add address 10.10.0.2/16 to "eth0"',
      'container: add address fd00::2/64 to "eth0"',
      'container: set "eth0" up',
      'container: add route 0.0.0.0/0 via 10.10.0.1 on "eth0"',
      'container: add route ::/0 via fd00::1 on "eth0"',
      "write 1 to /proc/sys/net/ipv4/ip_forward",
      "write 1 to /proc/sys/net/ipv6/conf/all/forwarding",
      "masquerade 10.10.0.2/16 fd00::2/64",
    ]);
  });

  test("of one subnet share its gateway", () => {
    const listed = steps(recipe, { ips: ["10.10.0.2/16", "10.10.0.3/16"] });
    expect(listed.filter((step) => step.includes("10.10.0.1/16"))).toHaveLength(1);
    expect(listed.filter((step) => step.startsWith("container: add route"))).toHaveLength(1);
  });

  test("without a gateway make no gateway: neither address, nor route, nor forwarding", () => {
    const { isDefaultGateway: _, ...quiet } = recipe;
    expect(steps({ ...quiet, ipMasq: false }, { ips: ["10.10.0.2/16"] })).toEqual([
      'create bridge "cnibr0"',
      'set the alias of "cnibr0"',
      'set "cnibr0" up',
      ...portSteps,
      "container: write 1 to /proc/sys/net/ipv4/conf/eth0/arp_notify",
      'container: add address 10.10.0.2/16 to "eth0"',
      'container: set "eth0" up',
    ]);
  });

  test("that are none: a link, and nothing to masquerade or to forward", () => {
    expect(steps(recipe, { ips: [] })).toEqual([
      'create bridge "cnibr0"',
      'set the alias of "cnibr0"',
      'set "cnibr0" up',
      ...portSteps,
      "container: write 1 to /proc/sys/net/ipv4/conf/eth0/arp_notify",
      'container: set "eth0" up',
    ]);
  });
});

describe("routes", () => {
  test("go by their own gateway, else by the first one of their family, else straight", () => {
    const routes = [
      { dst: prefix("192.0.2.0/24"), gw: address("10.10.0.9") },
      { dst: prefix("198.51.100.0/24") },
      { dst: prefix("2001:db8::/32") },
    ];
    const listed = steps(
      { ...recipe, isDefaultGateway: false, isGateway: true },
      { ips: ["10.10.0.2/16"], routes },
    );
    expect(listed.filter((step) => step.includes("add route"))).toEqual([
      'container: add route 192.0.2.0/24 via 10.10.0.9 on "eth0"',
      'container: add route 198.51.100.0/24 via 10.10.0.1 on "eth0"',
      'container: add route 2001:db8::/32 on "eth0"',
    ]);
  });

  test("include a default route that is there already only once", () => {
    const listed = steps(recipe, { ips: ["10.10.0.2/16"], routes: [{ dst: prefix("0.0.0.0/0") }] });
    expect(listed.filter((step) => step.includes("add route"))).toEqual([
      'container: add route 0.0.0.0/0 via 10.10.0.1 on "eth0"',
    ]);
  });

  test("keep their metrics, of which 0 is one", () => {
    const metrics = { mtu: 1400, advmss: 1300, priority: 0, table: 0, scope: 0 };
    const routes = [{ dst: prefix("192.0.2.0/24"), ...metrics }];
    expect(plan(recipe, { ips: ["10.10.0.2/16"], routes })).toContainEqual(
      expect.objectContaining({ do: "add route", ...metrics }),
    );
  });
});

describe("settings", () => {
  test.each([
    [
      {},
      {
        bridge: "cni0",
        isGateway: false,
        masquerade: false,
        hairpin: false,
        mtu: undefined,
        ipamType: undefined,
      },
    ],
    [{ isDefaultGateway: true }, { isGateway: true, isDefaultGateway: true }],
    [{ mtu: 0 }, { mtu: undefined }],
    [{ mtu: 1400 }, { mtu: 1400 }],
    [{ ipam: { type: "" } }, { ipamType: undefined }],
    [{ dns: {} }, { dns: undefined }],
    [{ dns: { domain: "" } }, { dns: undefined }],
    [{ dns: { search: [] } }, { dns: { search: [] } }],
  ])("of %j are %j", (config, settings) => {
    expect(settingsOf({ name: "net", ...config }, new Map())).toMatchObject(settings);
  });

  test.each([
    [
      { runtimeConfig: { mac: "02:00:00:00:00:0a" }, args: { cni: { mac: "02:00:00:00:00:0b" } } },
      "02:00:00:00:00:0a",
    ],
    [{ runtimeConfig: { mac: "" }, args: { cni: { mac: "02:00:00:00:00:0b" } } }, "02:00:00:00:00:0b"],
    [{}, "02:00:00:00:00:0c"],
  ])("of %j: the MAC is %s, CNI_ARGS being asked last", (config, expected) => {
    expect(settingsOf({ name: "net", ...config }, new Map([["MAC", "02:00:00:00:00:0c"]])).mac).toBe(
      expected,
    );
  });

  test.each([
    [{ bridge: "" }, 7, "/bridge cannot be used: interface name is empty"],
    [{ bridge: "a/b" }, 7, "/bridge cannot be used: interface name contains / or : or whitespace characters"],
    [{ bridge: "all" }, 7, "/bridge cannot be used: interface name all is reserved by the kernel"],
    [{ args: { cni: { mac: "02:00" } } }, 7, "address 02:00: invalid MAC address"],
    [{ vlan: 7 }, 2, 'unsupported field "vlan" with value 7'],
    [{ promiscMode: true }, 2, 'unsupported field "promiscMode" with value true'],
    [{ ipMasqBackend: "nftables" }, 2, 'unsupported field "ipMasqBackend" with value "nftables"'],
  ])("of %j are refused with code %i: %s", (config, code, message) => {
    expect(() => settingsOf({ name: "net", ...config }, new Map())).toThrow(
      expect.objectContaining({ code, message }),
    );
  });
});

interface Situation {
  readonly ips: readonly string[];
  readonly routes?: readonly Route[];
  readonly bridge?: ReturnType<typeof bridgeWith>;
}

function plan(config: BridgeConfig, { ips, routes = [], bridge }: Situation): Operation[] {
  const settings = settingsOf(config, new Map());
  const leased: Result = { interfaces: [], ips: ips.map((ip) => ({ address: prefix(ip) })), routes, dns: {} };
  return planAttachment(settings, attachment, withGateways(leased, settings), { bridge }, macs);
}

/** A plan as people read it. */
function steps(config: BridgeConfig, situation: Situation): string[] {
  return plan(config, situation).map((operation) => {
    if (operation.do === "masquerade")
      return `masquerade ${operation.masquerade.addresses.map(formatPrefix).join(" ")}`;
    return `${operation.where === "container" ? "container: " : ""}${describeOperation(operation)}`;
  });
}

function bridgeWith(...addresses: string[]) {
  return {
    index: 7,
    name: "cnibr0",
    kind: "bridge",
    mac: macs.bridge,
    mtu: 1500,
    up: true,
    alias: "",
    peerIndex: undefined,
    addresses: addresses.map(prefix),
  };
}

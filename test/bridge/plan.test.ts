import { describe, expect, test } from "vitest";
import { address, prefix } from "../net/values.ts";
import { bridgeWith, macs, ownBridgeWith, plan, port, steps } from "./planning.ts";
import { recipe } from "./recipe.ts";

/** What becomes of the container's link, before its addresses and behind its routes. */
const withoutDetection = "container: write 0 to /proc/sys/net/ipv6/conf/eth0/accept_dad";
const notice = "container: write 1 to /proc/sys/net/ipv4/conf/eth0/arp_notify";
const bridgeSteps = [
  'create bridge "cnibr0"',
  'set the alias of "cnibr0"',
  "write 0 to /proc/sys/net/ipv6/conf/cnibr0/accept_ra",
  'set "cnibr0" up',
];
const portSteps = [
  `create veth "${port}" on bridge "cnibr0" with "eth0" in the container`,
  `set the alias of "${port}"`,
];
const hairpinStep = `turn hairpin mode of "${port}" on`;

describe("the recipe", () => {
  test("on a host that has nothing", () => {
    expect(steps(recipe, { ips: ["10.10.0.2/16"] })).toEqual([
      ...bridgeSteps,
      ...portSteps,
      hairpinStep,
      'add address 10.10.0.1/16 to "cnibr0"',
      withoutDetection,
      'container: add address 10.10.0.2/16 to "eth0"',
      'container: set "eth0" up',
      'container: add route 0.0.0.0/0 via 10.10.0.1 on "eth0"',
      notice,
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
      hairpinStep,
      'add address 10.10.0.1/16 to "cnibr0"',
    ]);
  });

  test("carries names, MACs and aliases in its steps", () => {
    const operations = plan(recipe, { ips: ["10.10.0.2/16"] });
    const where = "host";
    expect(operations).toContainEqual({
      ...{ do: "create bridge", where, name: "cnibr0", mac: macs.bridge, mtu: undefined },
      vlanFiltering: false,
    });
    const alias = "lxc-cni simplenet c1 eth0";
    expect(operations).toContainEqual({
      ...{ do: "create port", where, name: port, mac: macs.port, bridge: "cnibr0", mtu: undefined, alias },
      ...{ peerName: "eth0", peerMac: macs.container },
    });
    expect(operations).toContainEqual({ do: "label link", where, name: "cnibr0", alias: "lxc-cni bridge" });
    expect(operations).toContainEqual({ do: "label link", where, name: port, alias });
  });
});

describe("a port", () => {
  const flags = { do: "configure port", where: "host", name: port };

  test("is left as the kernel makes it when nothing is asked for", () => {
    const operations = plan({ ...recipe, hairpinMode: false }, { ips: ["10.10.0.2/16"] });
    expect(operations.map((operation) => operation.do)).not.toContain("configure port");
  });

  test.each([
    [{ hairpinMode: true }, { hairpin: true, isolated: false }],
    [
      { hairpinMode: false, portIsolation: true },
      { hairpin: false, isolated: true },
    ],
    [{ portIsolation: true }, { hairpin: true, isolated: true }],
  ])("of %j is set to %j", (keys, set) => {
    expect(plan({ ...recipe, ...keys }, { ips: ["10.10.0.2/16"] })).toContainEqual({ ...flags, ...set });
  });
});

describe("the bridge", () => {
  test("is made promiscuous, and stays so", () => {
    const keys = { ...recipe, hairpinMode: false, promiscMode: true };
    const promiscuous = 'set "cnibr0" promiscuous';
    const made = steps(keys, { ips: ["10.10.0.2/16"] });
    expect(made.slice(3, 5)).toEqual([promiscuous, 'set "cnibr0" up']);
    const bridge = ownBridgeWith("10.10.0.1/16");
    expect(steps(keys, { ips: ["10.10.0.2/16"], bridge })[0]).toBe(promiscuous);
    const isSet = { ...bridge, isPromiscuous: true };
    expect(steps(keys, { ips: ["10.10.0.2/16"], bridge: isSet })).not.toContain(promiscuous);
  });

  test("gets its MTU with both ends of the veth when it is made", () => {
    const operations = plan({ ...recipe, mtu: 1400 }, { ips: ["10.10.0.2/16"], mtu: 1400 });
    for (const kind of ["create bridge", "create port"]) {
      expect(operations).toContainEqual(expect.objectContaining({ do: kind, mtu: 1400 }));
    }
  });

  test.each([
    ["grows, where it is ours", ownBridgeWith("10.10.0.1/16"), 1600, true],
    ["does not shrink", ownBridgeWith("10.10.0.1/16"), 1400, false],
    ["stays, where it is as wanted", ownBridgeWith("10.10.0.1/16"), 1500, false],
    ["stays, where nothing is wanted", ownBridgeWith("10.10.0.1/16"), undefined, false],
    ["stays, where it is somebody else's", bridgeWith("10.10.0.1/16"), 1600, false],
  ])("that is there: its MTU %s", (_, bridge, mtu, isSet) => {
    const listed = steps(recipe, { ips: ["10.10.0.2/16"], bridge, mtu });
    const setting = expect.stringMatching(/^set the MTU of/);
    if (isSet) expect(listed[0]).toBe('set the MTU of "cnibr0" to 1600');
    else expect(listed).not.toContainEqual(setting);
  });
});

describe("the container's link", () => {
  test("with addresses of both families", () => {
    const listed = steps(recipe, { ips: ["10.10.0.2/16", "fd00::2/64"] });
    expect(listed.slice(7)).toEqual([
      'add address 10.10.0.1/16 to "cnibr0"',
      'add address fd00::1/64 to "cnibr0"',
      "container: write 0 to /proc/sys/net/ipv6/conf/lo/disable_ipv6",
      "container: write 0 to /proc/sys/net/ipv6/conf/eth0/disable_ipv6",
      "container: write 1 to /proc/sys/net/ipv6/conf/eth0/keep_addr_on_down",
      withoutDetection,
      'container: add address 10.10.0.2/16 to "eth0"',
      'container: add address fd00::2/64 to "eth0"',
      'container: set "eth0" up',
      'container: add route 0.0.0.0/0 via 10.10.0.1 on "eth0"',
      'container: add route ::/0 via fd00::1 on "eth0"',
      notice,
      "container: write 1 to /proc/sys/net/ipv6/conf/eth0/ndisc_notify",
      "write 1 to /proc/sys/net/ipv4/ip_forward",
      "write 1 to /proc/sys/net/ipv6/conf/all/forwarding",
      "masquerade 10.10.0.2/16 fd00::2/64",
    ]);
  });

  test("asks for duplicates with enabledad only; a gateway never does", () => {
    const ips = ["10.10.0.2/16", "fd00::2/64"];
    const asking = plan({ ...recipe, enabledad: true }, { ips });
    const detections = (operations: ReturnType<typeof plan>) =>
      operations.flatMap((each) =>
        each.do === "add address" ? [`${each.where} ${each.detectDuplicates}`] : [],
      );
    expect(detections(asking)).toEqual(["host false", "host false", "container true", "container true"]);
    expect(detections(plan(recipe, { ips })).slice(2)).toEqual(["container false", "container false"]);
    const listed = steps({ ...recipe, enabledad: true }, { ips });
    const conf = "/proc/sys/net/ipv6/conf/eth0";
    expect(listed.filter((step) => step.includes("_dad"))).toEqual([
      `container: write 1 to ${conf}/enhanced_dad`,
      `container: write 1 to ${conf}/accept_dad`,
    ]);
  });

  test("is left down, and as it is, with disableContainerInterface", () => {
    const { ipam: _, ...quiet } = recipe;
    const listed = steps({ ...quiet, disableContainerInterface: true }, { ips: [] });
    expect(listed).toEqual([...bridgeSteps, ...portSteps, hairpinStep]);
  });

  test("without addresses is up, with nothing to masquerade or to forward", () => {
    expect(steps(recipe, { ips: [] })).toEqual([
      ...bridgeSteps,
      ...portSteps,
      hairpinStep,
      'container: set "eth0" up',
    ]);
  });
});

describe("routes", () => {
  const isRoute = (step: string) => step.includes("add route");

  test("go by their own gateway, else by the first one of their family, else straight", () => {
    const routes = [
      { dst: prefix("192.0.2.0/24"), gw: address("10.10.0.9") },
      { dst: prefix("198.51.100.0/24") },
      { dst: prefix("2001:db8::/32") },
    ];
    const config = { ...recipe, isDefaultGateway: false, isGateway: true };
    expect(steps(config, { ips: ["10.10.0.2/16"], routes }).filter(isRoute)).toEqual([
      'container: add route 192.0.2.0/24 via 10.10.0.9 on "eth0"',
      'container: add route 198.51.100.0/24 via 10.10.0.1 on "eth0"',
      'container: add route 2001:db8::/32 on "eth0"',
    ]);
  });

  test.each([
    ["10.10.0.9", false],
    ["10.11.0.9", true],
    ["169.254.1.1", true],
    ["fd00::9", false],
    ["fd01::9", true],
    // On every link.
    ["fe80::1", false],
  ])("by %s are marked as on the link, though no address is near it: %s", (via, onlink) => {
    const gw = address(via);
    const routes = [{ dst: prefix(gw.family === 4 ? "192.0.2.0/24" : "2001:db8::/32"), gw }];
    const operations = plan(recipe, { ips: ["10.10.0.2/16", "fd00::2/64"], routes });
    expect(operations).toContainEqual(expect.objectContaining({ do: "add route", via: gw, onlink }));
  });

  test("keep their metrics, of which 0 is one", () => {
    const metrics = { mtu: 1400, advmss: 1300, priority: 0, table: 0, scope: 0 };
    const routes = [{ dst: prefix("192.0.2.0/24"), ...metrics }];
    expect(plan(recipe, { ips: ["10.10.0.2/16"], routes })).toContainEqual(
      expect.objectContaining({ do: "add route", ...metrics }),
    );
  });
});

import { describe, expect, test } from "vitest";
import type { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { vlansOf } from "../../plugins/bridge/vlans.ts";
import { bridgeWith, macs, ownBridgeWith, plan, port, steps } from "./planning.ts";
import { recipe } from "./recipe.ts";

type Keys = Pick<BridgeConfig, "vlan" | "vlanTrunk" | "preserveDefaultVlan">;

const run = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, offset) => first + offset);

describe("the VLANs of a port", () => {
  test.each<[Keys, ReturnType<typeof vlansOf>]>([
    [{}, undefined],
    [{ vlan: 0 }, undefined],
    [{ preserveDefaultVlan: true }, undefined],
    [{ vlan: 1 }, { access: 1, native: 1, tagged: [], keepDefault: false }],
    [{ vlan: 4094 }, { access: 4094, native: 4094, tagged: [], keepDefault: false }],
    [
      { vlan: 100, preserveDefaultVlan: true },
      { access: 100, native: 100, tagged: [], keepDefault: true },
    ],
    // A bridge that keeps VLANs apart, and a port that is left as it is.
    [{ vlanTrunk: [] }, { access: undefined, native: undefined, tagged: [], keepDefault: true }],
    [{ vlanTrunk: [{}] }, { access: undefined, native: undefined, tagged: [], keepDefault: true }],
    [
      { vlanTrunk: [{ minID: 100, maxID: 105 }] },
      { access: undefined, native: 1, tagged: run(100, 105), keepDefault: false },
    ],
    [{ vlanTrunk: [{ id: 10 }] }, { access: undefined, native: 1, tagged: [10], keepDefault: false }],
    [
      { vlanTrunk: [{ id: 10 }, { minID: 100, maxID: 105 }] },
      { access: undefined, native: 1, tagged: [10, ...run(100, 105)], keepDefault: false },
    ],
    // One item may be both; what comes twice counts once; the order is by number.
    [
      { vlanTrunk: [{ id: 300, minID: 200, maxID: 202 }, { minID: 201, maxID: 203 }, { id: 5 }] },
      { access: undefined, native: 1, tagged: [5, 200, 201, 202, 203, 300], keepDefault: false },
    ],
    [
      { vlan: 100, vlanTrunk: [{ id: 101 }, { minID: 200, maxID: 210 }] },
      { access: 100, native: 100, tagged: [101, ...run(200, 210)], keepDefault: false },
    ],
    // A VLAN leaves a port with a tag or without.
    [
      { vlan: 101, vlanTrunk: [{ minID: 100, maxID: 102 }] },
      { access: 101, native: 101, tagged: [100, 102], keepDefault: false },
    ],
    [{ vlanTrunk: [{ id: 1 }] }, { access: undefined, native: 1, tagged: [], keepDefault: false }],
    [
      { vlanTrunk: [{ minID: 1, maxID: 4094 }], preserveDefaultVlan: true },
      { access: undefined, native: 1, tagged: run(2, 4094), keepDefault: true },
    ],
  ])("of %j are %j", (keys, expected) => {
    expect(vlansOf({ name: "net", ...keys })).toEqual(expected);
  });

  const incomplete = "minID and maxID should be configured simultaneously,";
  test.each<[Keys, string, string]>([
    [{ vlan: -100 }, "invalid VLAN ID -100 (must be between 0 and 4094)", "/vlan is -100"],
    [{ vlan: 5000 }, "invalid VLAN ID 5000 (must be between 0 and 4094)", "/vlan is 5000"],
    [{ vlan: 4095 }, "invalid VLAN ID 4095 (must be between 0 and 4094)", "/vlan is 4095"],
    [{ vlanTrunk: [{ minID: 100 }] }, `${incomplete} maxID is missing`, "/vlanTrunk/0 is"],
    [{ vlanTrunk: [{ maxID: 100 }] }, `${incomplete} minID is missing`, "/vlanTrunk/0 is"],
    [
      { vlanTrunk: [{ minID: -1, maxID: 100 }] },
      "incorrect trunk minID parameter",
      "/vlanTrunk/0/minID is -1",
    ],
    [{ vlanTrunk: [{ minID: 5000, maxID: 100 }] }, "incorrect trunk minID parameter", "/vlanTrunk/0/minID"],
    [{ vlanTrunk: [{ minID: 0, maxID: 100 }] }, "incorrect trunk minID parameter", "/vlanTrunk/0/minID is 0"],
    [{ vlanTrunk: [{ minID: 100, maxID: 5000 }] }, "incorrect trunk maxID parameter", "/vlanTrunk/0/maxID"],
    [
      { vlanTrunk: [{ minID: 100, maxID: -1 }] },
      "incorrect trunk maxID parameter",
      "/vlanTrunk/0/maxID is -1",
    ],
    [
      { vlanTrunk: [{ minID: 1000, maxID: 100 }] },
      "minID is greater than maxID in trunk parameter",
      '/vlanTrunk/0 is {"minID":1000,"maxID":100}',
    ],
    [{ vlanTrunk: [{ id: 5000 }] }, "incorrect trunk id parameter", "/vlanTrunk/0/id is 5000"],
    [{ vlanTrunk: [{ id: -1 }] }, "incorrect trunk id parameter", "/vlanTrunk/0/id is -1"],
    [{ vlanTrunk: [{ id: 7 }, { id: 0 }] }, "incorrect trunk id parameter", "/vlanTrunk/1/id is 0"],
  ])("of %j are refused: %s", (keys, message, where) => {
    expect(() => vlansOf({ name: "net", ...keys })).toThrow(
      expect.objectContaining({ code: 7, message, details: expect.stringContaining(where) }),
    );
  });
});

const bridgeConfig = { name: "simplenet", bridge: "cnibr0" };

/** The steps on VLANs, and whether a bridge that is made keeps them apart. */
function vlanSteps(keys: Keys, bridge = ownBridgeWith()): string[] {
  return steps({ ...bridgeConfig, ...keys }, { ips: [], bridge }).filter((step) => /VLAN/.test(step));
}

describe("a plan", () => {
  const leave = `remove VLAN 1 from "${port}"`;

  test.each<[Keys, string[]]>([
    [{ vlan: 7 }, [leave, `add native VLAN 7 to "${port}"`]],
    [{ vlan: 7, preserveDefaultVlan: true }, [`add native VLAN 7 to "${port}"`]],
    // It is in there already, but that others made the bridge so must not matter.
    [{ vlan: 1 }, [`add native VLAN 1 to "${port}"`]],
    [
      { vlanTrunk: [{ minID: 100, maxID: 110 }, { id: 5 }] },
      [`add native VLAN 1 and VLANs 5, 100-110 to "${port}"`],
    ],
    [{ vlan: 7, vlanTrunk: [{ id: 5 }] }, [leave, `add native VLAN 7 and VLANs 5 to "${port}"`]],
    [{ vlanTrunk: [] }, []],
  ])("for %j: %j", (keys, expected) => {
    expect(vlanSteps(keys, { ...ownBridgeWith(), vlanFiltering: true })).toEqual(expected);
  });

  test.each([
    [0, []],
    [7, []],
    [9, [`remove VLAN 9 from "${port}"`]],
  ])("for a bridge whose ports are in VLAN %i by themselves", (defaultVlan, expected) => {
    const bridge = { ...ownBridgeWith(), vlanFiltering: true, defaultVlan };
    expect(vlanSteps({ vlan: 7 }, bridge).filter((step) => step.startsWith("remove"))).toEqual(expected);
  });

  test.each([[{ vlan: 7 }], [{ vlanTrunk: [] }]])("makes a bridge that keeps VLANs apart for %j", (keys) => {
    const made = plan({ ...bridgeConfig, ...keys }, { ips: [] });
    expect(made).toContainEqual(expect.objectContaining({ do: "create bridge", vlanFiltering: true }));
    expect(vlanSteps(keys)[0]).toBe('turn VLAN filtering of "cnibr0" on');
  });

  test("says nothing of VLANs where the configuration does not", () => {
    expect(vlanSteps({})).toEqual([]);
    const bridge = { ...ownBridgeWith(), vlanFiltering: true };
    expect(vlanSteps({}, bridge)).toEqual([]);
  });
});

describe("the gateway of a VLAN", () => {
  const config = { ...recipe, vlan: 7 };
  const gatewayPort = expect.stringMatching(/^vlan[a-z2-7]{11}$/);

  test("is a veth whose other end is a port in that VLAN", () => {
    const made = plan(config, { ips: ["10.10.0.2/16"], mtu: 1400 });
    const creation = made.find((operation) => operation.do === "create vlan gateway");
    expect(creation).toEqual({
      ...{ do: "create vlan gateway", where: "host", name: "cnibr0.7", mac: macs.gateway, mtu: 1400 },
      ...{ portName: gatewayPort, portMac: macs.gatewayPort, bridge: "cnibr0" },
    });
    const listed = steps(config, { ips: ["10.10.0.2/16"] });
    const begin = listed.findIndex((step) => step.startsWith('create veth "cnibr0.7"'));
    expect(listed.slice(begin, begin + 6)).toEqual([
      expect.stringMatching(/^create veth "cnibr0.7" with "vlan[a-z2-7]{11}" on bridge "cnibr0"$/),
      expect.stringMatching(/^set the alias of "vlan/),
      expect.stringMatching(/^remove VLAN 1 from "vlan/),
      expect.stringMatching(/^add native VLAN 7 to "vlan/),
      'set "cnibr0.7" up',
      'add address 10.10.0.1/16 to "cnibr0.7"',
    ]);
  });

  test("has none of the VLANs of the container's trunk", () => {
    const listed = steps({ ...config, vlanTrunk: [{ id: 9 }] }, { ips: ["10.10.0.2/16"] });
    expect(listed.filter((step) => /^add .*VLAN/.test(step))).toEqual([
      `add native VLAN 7 and VLANs 9 to "${port}"`,
      expect.stringMatching(/^add native VLAN 7 to "vlan/),
    ]);
  });

  test("has the bridge's MTU, where that is there", () => {
    const bridge = { ...ownBridgeWith(), mtu: 1450 };
    const made = plan(config, { ips: ["10.10.0.2/16"], bridge, mtu: 1400 });
    expect(made).toContainEqual(expect.objectContaining({ do: "create vlan gateway", mtu: 1450 }));
  });

  test("that is there is used as it is, and set up where it is down", () => {
    const gateway = { ...bridgeWith("10.10.0.1/16"), name: "cnibr0.7", kind: "veth" };
    const about = (found: typeof gateway) =>
      steps(config, { ips: ["10.10.0.2/16"], bridge: ownBridgeWith(), gateway: found }).filter((step) =>
        step.includes("cnibr0.7"),
      );
    expect(about(gateway)).toEqual([]);
    expect(about({ ...gateway, up: false })).toEqual(['set "cnibr0.7" up']);
  });
});

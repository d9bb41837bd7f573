import { describe, expect, test } from "vitest";
import type { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { requireSuitableBridge } from "../../plugins/bridge/host-state.ts";
import { settingsOf } from "../../plugins/bridge/settings.ts";
import { bridgeWith, ownBridgeWith } from "./planning.ts";

function require(keys: Partial<BridgeConfig>, found: ReturnType<typeof bridgeWith>): () => void {
  const settings = settingsOf({ name: "net", bridge: "br0", ...keys }, new Map());
  return () => requireSuitableBridge(settings, found);
}

describe("a bridge that somebody else made", () => {
  test.each<[Partial<BridgeConfig>, string, string]>([
    [{ promiscMode: true }, "is not promiscuous", "promisc on"],
    [{ vlan: 7 }, "does not keep VLANs apart", "type bridge vlan_filtering 1"],
    [{ vlanTrunk: [] }, "does not keep VLANs apart", "type bridge vlan_filtering 1"],
  ])("is refused where it would have to be changed, with what to run: %j", (keys, reason, command) => {
    expect(require(keys, bridgeWith())).toThrow(
      expect.objectContaining({
        code: 7,
        message: `bridge "br0" ${reason}, and was not made by this plugin, which leaves the settings of others alone`,
        details: `run: ip link set dev br0 ${command}; or name another /bridge`,
      }),
    );
  });

  test.each<[Partial<BridgeConfig>, ReturnType<typeof bridgeWith>]>([
    [{}, bridgeWith()],
    [{ hairpinMode: true, portIsolation: true, mtu: 9000 }, bridgeWith()],
    [{ promiscMode: true }, { ...bridgeWith(), isPromiscuous: true }],
    [{ vlan: 7 }, { ...bridgeWith(), vlanFiltering: true }],
    [{}, { ...bridgeWith(), isPromiscuous: true, vlanFiltering: true }],
  ])("is used as it is where it is as wanted: %j", (keys, found) => {
    expect(require(keys, found)).not.toThrow();
  });
});

test("a bridge of ours is never refused", () => {
  expect(require({ promiscMode: true, vlan: 7 }, ownBridgeWith())).not.toThrow();
});

test.each([
  ["veth", "a veth"],
  [undefined, "a network interface of the host"],
])("a link that is no bridge is refused, also with our alias: %s", (kind, words) => {
  expect(require({}, { ...ownBridgeWith(), kind })).toThrow(
    expect.objectContaining({
      code: 7,
      message: '"br0" already exists but is not a bridge',
      details: expect.stringContaining(words),
    }),
  );
});

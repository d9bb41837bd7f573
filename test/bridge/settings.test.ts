import { describe, expect, test } from "vitest";
import type { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { settingsOf } from "../../plugins/bridge/settings.ts";

const ipam = { type: "host-local" };

function settings(config: Partial<BridgeConfig>, args: Readonly<Record<string, string>> = {}) {
  return settingsOf({ name: "net", ...config }, new Map(Object.entries(args)));
}

describe("settings", () => {
  test("of a configuration that says nothing", () => {
    expect(settings({})).toEqual({
      ...{
        bridge: "cni0",
        gatewayLink: "cni0",
        isGateway: false,
        isDefaultGateway: false,
        forceAddress: false,
      },
      ...{ masquerading: undefined, forward: false, mtu: undefined, hairpin: false, isolated: false },
      ...{ promiscuous: false, vlans: undefined, guard: "none", detectDuplicates: false, isLeftDown: false },
      ...{ deleteBridgeIfEmpty: false, mac: undefined, ipamType: undefined, dns: undefined },
    });
  });

  test.each<[Partial<BridgeConfig>, object]>([
    [{ isDefaultGateway: true }, { isGateway: true, isDefaultGateway: true }],
    [{ mtu: 0 }, { mtu: undefined }],
    [{ mtu: 1400 }, { mtu: 1400 }],
    [{ mtu: "auto" }, { mtu: "auto" }],
    [{ hairpinMode: true }, { hairpin: true, promiscuous: false }],
    [{ promiscMode: true }, { hairpin: false, promiscuous: true }],
    [{ portIsolation: true }, { isolated: true }],
    [{ enabledad: true }, { detectDuplicates: true }],
    [{ disableContainerInterface: true }, { isLeftDown: true }],
    [{ deleteBridgeIfEmpty: true }, { deleteBridgeIfEmpty: true }],
    [{ forward: "accept" }, { forward: true }],
    [{ ipam: { type: "" } }, { ipamType: undefined }],
    [{ dns: {} }, { dns: undefined }],
    [{ dns: { domain: "" } }, { dns: undefined }],
    [{ dns: { search: [] } }, { dns: { search: [] } }],
  ])("of %j are %j", (config, expected) => {
    expect(settings(config)).toMatchObject(expected);
  });

  test.each<[Partial<BridgeConfig>, string]>([
    [{ vlan: 7, isGateway: true, ipam }, "cni0.7"],
    [{ vlan: 7, isDefaultGateway: true, ipam }, "cni0.7"],
    [{ vlan: 7, ipam }, "cni0"],
    // Without addresses there is no gateway.
    [{ vlan: 7, isGateway: true }, "cni0"],
    [{ vlanTrunk: [{ id: 7 }], isGateway: true, ipam }, "cni0"],
  ])("of %j: the gateway's link is %s", (config, gatewayLink) => {
    expect(settings(config)).toMatchObject({ bridge: "cni0", gatewayLink });
  });

  test.each<[Partial<BridgeConfig>, string]>([
    [{}, "none"],
    [{ macspoofchk: true }, "mac"],
    [{ ipSpoofCheck: true, ipam }, "addresses"],
    [{ macspoofchk: true, ipSpoofCheck: true, ipam }, "addresses"],
    [{ macspoofchk: true, vlanTrunk: [{ id: 7 }] }, "mac"],
  ])("of %j: the port's guard is of %s", (config, guard) => {
    expect(settings(config).guard).toBe(guard);
  });

  test.each<[Partial<BridgeConfig>, string]>([
    [
      { runtimeConfig: { mac: "02:00:00:00:00:0a" }, args: { cni: { mac: "02:00:00:00:00:0b" } } },
      "02:00:00:00:00:0a",
    ],
    [{ runtimeConfig: { mac: "" }, args: { cni: { mac: "02:00:00:00:00:0b" } } }, "02:00:00:00:00:0b"],
    [{}, "02:00:00:00:00:0c"],
  ])("of %j: the MAC is %s, CNI_ARGS being asked last", (config, expected) => {
    expect(settings(config, { MAC: "02:00:00:00:00:0c" }).mac).toBe(expected);
  });

  test.each<[Partial<BridgeConfig>, string]>([
    [{ bridge: "" }, "/bridge cannot be used: interface name is empty"],
    [{ bridge: "a/b" }, "/bridge cannot be used: interface name contains / or : or whitespace characters"],
    [{ bridge: "all" }, "/bridge cannot be used: interface name all is reserved by the kernel"],
    [
      { bridge: "twelve-chars", vlan: 4000, isGateway: true, ipam },
      "/bridge with /vlan cannot be used: interface name is too long",
    ],
    [{ args: { cni: { mac: "02:00" } } }, "address 02:00: invalid MAC address"],
    [{ disableContainerInterface: true, ipam }, "cannot use IPAM when DisableContainerInterface flag is set"],
    [
      { hairpinMode: true, promiscMode: true },
      "cannot set hairpin mode and promiscuous mode at the same time",
    ],
    [{ ipSpoofCheck: true }, "cannot check the addresses of a container that is leased none"],
    [
      { ipSpoofCheck: true, ipam, vlanTrunk: [{ id: 7 }] },
      "cannot check the addresses of frames with VLAN tags",
    ],
  ])("of %j are refused: %s", (config, message) => {
    expect(() => settings(config)).toThrow(expect.objectContaining({ code: 7, message }));
  });
});

describe("masquerading", () => {
  test.each<[BridgeConfig["ipMasq"], (4 | 6)[] | undefined]>([
    [true, [4, 6]],
    [false, undefined],
    [{}, [4, 6]],
    [{ v4: true, v6: false }, [4]],
    [{ v4: false }, [6]],
    [{ v4: false, v6: false }, undefined],
  ])("by ipMasq %j is of %j", (ipMasq, families) => {
    expect(settings({ ipMasq, ipam }).masquerading?.families).toEqual(families);
  });

  test("is none where there are no addresses", () => {
    expect(settings({ ipMasq: true }).masquerading).toBeUndefined();
  });

  test.each<[Partial<BridgeConfig>, object]>([
    [{}, { backend: undefined, scope: "container" }],
    [{ ipMasqBackend: "" }, { backend: undefined }],
    [{ ipMasqBackend: "iptables" }, { backend: "iptables" }],
    [
      { ipMasqBackend: "nftables", ipMasqScope: "network" },
      { backend: "nftables", scope: "network" },
    ],
    [{ ipMasqScope: "container" }, { scope: "container" }],
  ])("with %j is %j", (config, expected) => {
    expect(settings({ ipMasq: true, ipam, ...config }).masquerading).toMatchObject(expected);
  });

  test("by a backend that there is not is refused in the reference's words, where it is asked for at all", () => {
    const config = { ipMasqBackend: "ipfw", ipam };
    expect(() => settings({ ...config, ipMasq: true })).toThrow(
      expect.objectContaining({ code: 7, message: 'unknown ipmasq backend "ipfw"' }),
    );
    expect(settings(config).masquerading).toBeUndefined();
  });
});

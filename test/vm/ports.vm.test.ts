import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { frames } from "./networks.ts";
import { testInMachine } from "./test.ts";
import { contentsForVariants, describeVariants } from "./variants.ts";
import { filtersVlans, linksOn, portOf, vlansOf } from "./vlans.ts";

/** What a port of a bridge gets by itself. */
const untagged = "1 PVID Egress Untagged";

/** Keys of a configuration and the VLANs of the port that they make. */
const memberships = [
  {
    what: "vlan: it alone, without tags",
    keys: { vlan: 100 },
    vlans: ["100 PVID Egress Untagged"],
  },
  { what: "vlan, the highest one", keys: { vlan: 4094 }, vlans: ["4094 PVID Egress Untagged"] },
  {
    what: "vlan with preserveDefaultVlan: the bridge's own one stays",
    keys: { vlan: 100, preserveDefaultVlan: true },
    vlans: ["1 Egress Untagged", "100 PVID Egress Untagged"],
  },
  {
    what: "vlanTrunk with an id: tagged, and VLAN 1 without tags",
    keys: { vlanTrunk: [{ id: 101 }] },
    vlans: [untagged, "101"],
  },
  {
    what: "vlanTrunk with a range",
    keys: { vlanTrunk: [{ minID: 101, maxID: 103 }] },
    vlans: [untagged, "101", "102", "103"],
  },
  {
    what: "vlanTrunk with ids and ranges that overlap, in no order",
    keys: { vlanTrunk: [{ id: 300 }, { minID: 102, maxID: 104, id: 7 }, { minID: 101, maxID: 103 }] },
    vlans: [untagged, "7", "101", "102", "103", "104", "300"],
  },
  {
    what: "vlan and vlanTrunk",
    keys: { vlan: 100, vlanTrunk: [{ id: 101 }, { minID: 200, maxID: 202 }] },
    vlans: ["100 PVID Egress Untagged", "101", "200", "201", "202"],
  },
  {
    what: "vlan and vlanTrunk with preserveDefaultVlan",
    keys: { vlan: 100, vlanTrunk: [{ id: 101 }], preserveDefaultVlan: true },
    vlans: ["1 Egress Untagged", "100 PVID Egress Untagged", "101"],
  },
] as const;

/** Keys that ask for VLANs which there are not, and what the reference says of them. */
const refusals = [
  { keys: { vlan: -100 }, text: "invalid VLAN ID -100 (must be between 0 and 4094)" },
  { keys: { vlan: 4095 }, text: "invalid VLAN ID 4095 (must be between 0 and 4094)" },
  { keys: { vlan: 5000 }, text: "invalid VLAN ID 5000 (must be between 0 and 4094)" },
  { keys: { vlanTrunk: [{ id: 0 }] }, text: "incorrect trunk id parameter" },
  { keys: { vlanTrunk: [{ id: 4095 }] }, text: "incorrect trunk id parameter" },
  { keys: { vlanTrunk: [{ minID: 0, maxID: 5 }] }, text: "incorrect trunk minID parameter" },
  { keys: { vlanTrunk: [{ minID: 5, maxID: 4095 }] }, text: "incorrect trunk maxID parameter" },
  {
    keys: { vlanTrunk: [{ minID: 1000, maxID: 100 }] },
    text: "minID is greater than maxID in trunk parameter",
  },
  {
    keys: { vlanTrunk: [{ minID: 5 }] },
    text: "minID and maxID should be configured simultaneously, maxID is missing",
  },
  {
    keys: { vlanTrunk: [{ maxID: 5 }] },
    text: "minID and maxID should be configured simultaneously, minID is missing",
  },
] as const;

const test = testInMachine(contentsForVariants);

describeVariants("the VLANs of a port", (variant) => {
  for (const { what, keys, vlans } of memberships) {
    test(`by ${what}`, async ({ host }) => {
      const c1 = await host.container("c1");
      const added = await networkOn(host, variant, { ...frames, ...keys }).add(c1);
      expect(await vlansOf(host, portOf(added))).toEqual(vlans);
    });
  }

  for (const { keys, text } of refusals) {
    test(`are refused, and nothing is made: ${JSON.stringify(keys)}`, async ({ host }) => {
      const c1 = await host.container("c1");
      const refusal = refusalOf(await networkOn(host, variant, { ...frames, ...keys }).add(c1));
      // 7 is the code for a configuration that cannot work. The reference has none but 999, and its words.
      if (refusal.code !== 7) expect(refusal.msg).toContain(text);
      expect(await linksOn(host)).toEqual(new Map());
    });
  }

  test("go with the port at DEL", async ({ host }) => {
    const network = networkOn(host, variant, { ...frames, vlan: 100, vlanTrunk: [{ id: 101 }] });
    const c1 = await host.container("c1");
    succeeded(await network.add(c1));
    succeeded(await network.del(c1));
    expect([...(await linksOn(host)).keys()]).toEqual(["cnibr0"]);
    expect(await c1.run(["ip", "-brief", "link", "show", "type", "veth"])).toBe("");
  });
});

/** Keys of a configuration, and whether a bridge that is made for them keeps VLANs apart. */
const filterings = [
  { keys: { vlan: 100 }, filters: true },
  { keys: { vlanTrunk: [{ id: 101 }] }, filters: true },
  { keys: { vlanTrunk: [] }, filters: true },
  { keys: { vlan: 0 }, filters: false },
  { keys: {}, filters: false },
] as const;

describeVariants("VLAN filtering of the bridge", (variant) => {
  for (const { keys, filters } of filterings) {
    test(`is ${filters ? "on" : "off"} when it is made for ${JSON.stringify(keys)}`, async ({ host }) => {
      const c1 = await host.container("c1");
      succeeded(await networkOn(host, variant, { ...frames, ...keys }).add(c1));
      expect(await filtersVlans(host, "cnibr0")).toBe(filters);
    });
  }

  test("keeps no network without VLANs from joining", async ({ host }) => {
    const c1 = await host.container("c1");
    const c2 = await host.container("c2");
    const tagged = await networkOn(host, variant, { ...frames, name: "tagged", vlan: 100 }).add(c1);
    const plain = await networkOn(host, variant, { ...frames, name: "plain" }).add(c2);
    expect(await vlansOf(host, portOf(plain))).toEqual([untagged]);
    expect(await vlansOf(host, portOf(tagged))).toEqual(["100 PVID Egress Untagged"]);
    expect(await filtersVlans(host, "cnibr0")).toBe(true);
  });

  test("is off where it is not ours: refused, and left off", async ({ host }) => {
    await host.run(["ip", "link", "add", "cnibr0", "up", "type", "bridge"]);
    const before = [...(await linksOn(host)).keys()];
    const c1 = await host.container("c1");
    const refusal = refusalOf(await networkOn(host, variant, { ...frames, vlan: 100 }).add(c1));
    expect(`${refusal.msg} ${refusal.details}`).toMatch(/vlan.filtering/i);
    expect([...(await linksOn(host)).keys()]).toEqual(before);
    expect(await filtersVlans(host, "cnibr0")).toBe(false);
  });

  test("is on where it is not ours: joined", async ({ host }) => {
    await host.run(["ip", "link", "add", "cnibr0", "up", "type", "bridge", "vlan_filtering", "1"]);
    const c1 = await host.container("c1");
    const added = await networkOn(host, variant, { ...frames, vlan: 100 }).add(c1);
    expect(await vlansOf(host, portOf(added))).toEqual(["100 PVID Egress Untagged"]);
  });
});

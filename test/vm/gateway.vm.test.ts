import { expect } from "vitest";
import { resultOf, succeeded } from "../fixture/answer.ts";
import { type Configuration, networkOn } from "../fixture/network.ts";
import { network100 } from "./networks.ts";
import { addressesGiven, isUnreachable, reaches, settleAddresses } from "./reach.ts";
import { testInMachine } from "./test.ts";
import { contentsForVariants, describeVariants } from "./variants.ts";
import { addressesOf, filtersVlans, linksOn, portOf, vlansOf } from "./vlans.ts";

/** One of the same addresses in VLAN 200, without a gateway. */
const network200 = {
  ...network100,
  name: "network200",
  vlan: 200,
  isGateway: false,
  ipam: { type: "host-local", subnet: "10.1.0.0/24", rangeStart: "10.1.0.200" },
};

const dualStack: Configuration = {
  ...network100,
  ipam: { type: "host-local", ranges: [[{ subnet: "10.1.0.0/24" }], [{ subnet: "fd00:1::/64" }]] },
};

const test = testInMachine(contentsForVariants);

describeVariants("the gateway of a VLAN", (variant) => {
  test("is one end of a cable whose other end is a port in this VLAN alone", async ({ host }) => {
    const added = await networkOn(host, variant, network100).add(await host.container("c1"));
    expect(resultOf(added).interfaces.map(({ name }) => name)).toEqual([
      "cnibr0",
      portOf(added),
      "eth0",
      "cnibr0.100",
    ]);
    const links = await linksOn(host);
    const gateway = links.get("cnibr0.100");
    expect(gateway).toMatchObject({ linkinfo: { info_kind: "veth" } });
    expect(gateway).not.toHaveProperty("master");
    const port = links.get(gateway?.link ?? "");
    expect(port).toMatchObject({ master: "cnibr0", link: "cnibr0.100" });
    expect(await vlansOf(host, port?.ifname ?? "")).toEqual(["100 PVID Egress Untagged"]);
    expect(await addressesOf(host, "cnibr0.100")).toEqual(["10.1.0.1/24"]);
    expect(await addressesOf(host, "cnibr0")).toEqual([]);
  });

  test("keeps the bridge's own VLAN with preserveDefaultVlan", async ({ host }) => {
    const configuration = { ...network100, preserveDefaultVlan: true };
    const added = await networkOn(host, variant, configuration).add(await host.container("c1"));
    const vlans = ["1 Egress Untagged", "100 PVID Egress Untagged"];
    expect(await vlansOf(host, portOf(added))).toEqual(vlans);
    expect(await vlansOf(host, (await linksOn(host)).get("cnibr0.100")?.link ?? "")).toEqual(vlans);
  });

  test("is reached from its VLAN, as the containers in there are; those in another one are not", async ({
    host,
  }) => {
    const [c1, c2, c3] = [await host.container("c1"), await host.container("c2"), await host.container("c3")];
    succeeded(await networkOn(host, variant, network100).add(c1));
    const second = await networkOn(host, variant, network100).add(c2);
    const third = await networkOn(host, variant, network200).add(c3);
    const [sameVlan = ""] = addressesGiven(second);
    const [otherVlan = ""] = addressesGiven(third);
    expect(await reaches(c1, "10.1.0.1")).toBe(true);
    expect(await reaches(c1, sameVlan)).toBe(true);
    expect(await isUnreachable(c3, "10.1.0.1")).toBe(true);
    expect(await isUnreachable(c1, otherVlan)).toBe(true);
    // Nothing but the VLAN was in the way.
    await host.run(["bridge", "vlan", "add", "dev", portOf(third), "vid", "100", "pvid", "untagged"]);
    expect(await reaches(c3, "10.1.0.1")).toBe(true);
  });

  test("has the addresses of both families", async ({ host }) => {
    const c1 = await host.container("c1");
    const c2 = await host.container("c2");
    succeeded(await networkOn(host, variant, dualStack).add(c1));
    const second = await networkOn(host, variant, dualStack).add(c2);
    expect(await addressesOf(host, "cnibr0.100")).toEqual(["10.1.0.1/24", "fd00:1::1/64"]);
    expect(await vlansOf(host, portOf(second))).toEqual(["100 PVID Egress Untagged"]);
    await settleAddresses(host, "cnibr0.100");
    for (const address of ["10.1.0.1", "fd00:1::1", ...addressesGiven(second)]) {
      expect(await reaches(c1, address), address).toBe(true);
    }
  });

  test("may stay after DEL, and serves the next container; the port and the lease do not stay", async ({
    host,
  }) => {
    const network = networkOn(host, variant, network100);
    const c1 = await host.container("c1");
    const port = portOf(await network.add(c1));
    succeeded(await network.del(c1));
    const links = await linksOn(host);
    const gatewayPort = links.get("cnibr0.100")?.link ?? "";
    expect(["cnibr0", "cnibr0.100", gatewayPort]).toEqual(expect.arrayContaining([...links.keys()]));
    expect(links.has(port)).toBe(false);
    expect(await c1.run(["ip", "-brief", "link", "show", "type", "veth"])).toBe("");
    expect(await host.run(["find", "/var/lib/cni/networks/network100", "-name", "10.*"])).toBe("");

    const c2 = await host.container("c2");
    succeeded(await network.add(c2));
    expect(await reaches(c2, "10.1.0.1")).toBe(true);
  });

  test("is made once by containers that come at once", async ({ host }) => {
    const network = networkOn(host, variant, network100);
    const containers = await Promise.all(["c1", "c2", "c3", "c4"].map((name) => host.container(name)));
    const added = await Promise.all(containers.map((container) => network.add(container)));
    expect(new Set(added.flatMap(addressesGiven)).size).toBe(4);
    // The bridge, the gateway and its port, and a port for each.
    expect((await linksOn(host)).size).toBe(3 + 4);
    expect(await filtersVlans(host, "cnibr0")).toBe(true);
    for (const container of containers) expect(await reaches(container, "10.1.0.1")).toBe(true);
  });
});

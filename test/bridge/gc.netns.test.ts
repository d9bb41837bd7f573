import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import { type Configuration, networkOn } from "../fixture/network.ts";
import { difference, type Snapshot, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach, callNetwork } from "./attached.ts";
import { recipe } from "./recipe.ts";

const simplenet = { ...recipe, cniVersion: "1.1.0", isDefaultGateway: false, isGateway: true };
const othernet = {
  ...{ ...simplenet, name: "othernet", bridge: "br1" },
  ipam: { ...recipe.ipam, subnet: "10.20.0.0/16" },
};

/** The kinds of rules that can be left. */
const kinds = {
  "iptables, and guards": { ipMasqBackend: "iptables", macspoofchk: true },
  "nftables, and guards": { ipMasqBackend: "nftables", ipSpoofCheck: true },
  "rules of the network": { ipMasqScope: "network", forward: "accept" },
};

/** The configuration as a runtime passes it to GC. */
function withValid(configuration: Configuration, ...attachments: readonly (readonly [Container, string])[]) {
  const valid = attachments.map(([{ id }, ifname]) => ({ containerID: id, ifname }));
  return { ...configuration, "cni.dev/valid-attachments": valid };
}

describeVariants("GC", (variant) => {
  for (const [kind, keys] of Object.entries(kinds)) {
    test(`removes what is left of attachments that are not valid, and no more: ${kind}`, async ({ host }) => {
      const [valid, alive, lost] = [
        await host.container("c1"),
        await host.container("c2"),
        await host.container("c3"),
      ];
      const [ours, others] = [
        { ...simplenet, ...keys },
        { ...othernet, ...keys },
      ];
      const network = networkOn(host, variant, ours);
      // What rules of nftables stand in stays.
      succeeded(await (await attach(host, variant, others, valid, { ifname: "lan0" })).del());
      const empty = await snapshot(host);
      succeeded(await networkOn(host, variant, others).add(alive, { ifname: "lan0" }));
      const withOther = await snapshot(host);
      const kept = await attach(host, variant, ours, valid);
      const before = await snapshot(host);

      succeeded(await network.add(valid, { ifname: "eth1" }));
      succeeded(await network.add(alive));
      succeeded(await network.add(lost));
      await lost.lose();
      succeeded(await callNetwork(host, variant, "GC", withValid(ours, [valid, "eth0"])));
      const left = async () => differenceBut(lost, before, await snapshot(host));
      await expect.poll(left).toEqual([]);
      expect((await alive.attempt(["ip", "link", "show", "eth0"])).status).toBe(1);
      succeeded(await kept.check());
      await valid.run(["ping", "-c1", "-W2", "10.10.0.1"]);

      succeeded(await callNetwork(host, variant, "GC", withValid(ours)));
      expect(differenceBut(lost, withOther, await snapshot(host))).toEqual([]);
      succeeded(await callNetwork(host, variant, "GC", withValid(others)));
      expect(differenceBut(lost, empty, await snapshot(host))).toEqual([]);
    });
  }

  test("removes nothing where it is not told what is valid, or cannot understand it", async ({ host }) => {
    const c1 = await host.container("c1");
    const attached = await attach(host, variant, simplenet, c1);
    const before = await snapshot(host);
    const silent = await callNetwork(host, variant, "GC", simplenet);
    succeeded(silent);
    expect(silent.errors).toContain("GC removed nothing");
    const nonsense = { ...simplenet, "cni.dev/valid-attachments": [{ containerID: "c1", ifname: "a/b" }] };
    expect(refusalOf(await callNetwork(host, variant, "GC", nonsense))).toMatchObject({ code: 7 });
    const old = withValid({ ...simplenet, cniVersion: "1.0.0" });
    expect(refusalOf(await callNetwork(host, variant, "GC", old))).toMatchObject({ code: 1 });
    expect(difference(before, await snapshot(host))).toEqual([]);
    succeeded(await attached.check());
  });

  test("goes on where a part of it fails, and says which", async ({ host }) => {
    const c1 = await host.container("c1");
    succeeded(await networkOn(host, variant, simplenet).add(c1));
    const missing = withValid({ ...simplenet, ipam: { type: "missing" } });
    expect(refusalOf(await callNetwork(host, variant, "GC", missing))).toMatchObject({ code: 120 });
    expect(await host.run(["ip", "link", "show", "master", "cnibr0"])).toBe("");
    expect(await host.run(["iptables", "-t", "nat", "-S"])).not.toContain("CNI-");
  });
});

/** The difference, but for the namespace of a container that was lost in between. */
function differenceBut({ id }: Container, before: Snapshot, after: Snapshot): string[] {
  return difference(before, after).filter((line) => !line.startsWith(`- file /run/netns/${id} `));
}

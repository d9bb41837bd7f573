import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const configuration = { ...recipe, deleteBridgeIfEmpty: true };
const other = {
  ...recipe,
  name: "othernet",
  ipam: { ...recipe.ipam, subnet: "10.10.0.0/16", rangeStart: "10.10.9.1" },
};

describeVariants("DEL with deleteBridgeIfEmpty", (variant) => {
  test("deletes the bridge with the last container of any network, whose ADD makes it again", async ({
    host,
  }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const simplenet = networkOn(host, variant, configuration);
    const othernet = networkOn(host, variant, { ...other, deleteBridgeIfEmpty: true });
    for (let round = 1; round <= 2; round++) {
      succeeded(await simplenet.add(c1));
      succeeded(await othernet.add(c2));
      succeeded(await simplenet.del(c1));
      await c2.run(["ping", "-c1", "-W2", "10.10.0.1"]);
      succeeded(await othernet.del(c2, { netns: "" }));
      expect(await bridgesOn(host)).toEqual([]);
      // What is not there need not be deleted.
      succeeded(await simplenet.del(c1));
    }
  });

  test("takes none from containers that start while others stop", async ({ host }) => {
    const containers = await Promise.all(["c1", "c2", "c3", "c4"].map((id) => host.container(id)));
    const keys = { ipMasqScope: "network", forward: "accept" };
    const network = networkOn(host, variant, { ...configuration, ...keys });
    const before = await snapshot(host);
    const lives = containers.map(async (container) => {
      for (let round = 1; round <= 3; round++) {
        succeeded(await network.add(container));
        await container.run(["ping", "-c1", "-W2", "10.10.0.1"]);
        succeeded(await network.del(container));
      }
    });
    await Promise.all(lives);
    expect(difference(before, await snapshot(host))).toEqual([]);
    expect(await bridgesOn(host)).toEqual([]);
  });

  test("leaves a bridge that has a port of somebody else, or of a network without the key", async ({
    host,
  }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const simplenet = networkOn(host, variant, configuration);
    const othernet = networkOn(host, variant, other);
    succeeded(await simplenet.add(c1));
    succeeded(await othernet.add(c2));
    succeeded(await simplenet.del(c1));
    expect(await bridgesOn(host)).toEqual(["cnibr0"]);
    succeeded(await othernet.del(c2));
    expect(await bridgesOn(host)).toEqual(["cnibr0"]);

    await host.run([
      "ip",
      "link",
      "add",
      "mine",
      "master",
      "cnibr0",
      "type",
      "veth",
      "peer",
      "name",
      "other",
    ]);
    succeeded(await simplenet.add(c1));
    succeeded(await simplenet.del(c1));
    expect(await bridgesOn(host)).toEqual(["cnibr0"]);
  });

  test("is no reason to delete one by a failed ADD of another container", async ({ host }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const simplenet = networkOn(host, variant, configuration);
    succeeded(await simplenet.add(c1));
    await c2.run(["ip", "link", "add", "eth0", "type", "bridge"]);
    expect((await simplenet.add(c2)).status).toBe(1);
    expect(await bridgesOn(host)).toEqual(["cnibr0"]);
    await c1.run(["ping", "-c1", "-W2", "10.10.0.1"]);
  });
});

async function bridgesOn(host: Host): Promise<string[]> {
  const facts = await snapshot(host);
  const bridges = facts.filter(({ kind, value }) => kind === "link" && value.startsWith("kind=bridge "));
  return bridges.map(({ subject }) => subject);
}

import { expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { describeVariants } from "../fixture/variants.ts";
import { test } from "./lxc.ts";
import { emptyNetwork, hookLines } from "./ways.ts";

describeVariants("lxc-cni hook", (variant) => {
  const command = `${variant.directory}/lxc-cni hook`;
  const created = { env: variant.environment };
  const network = JSON.stringify(recipe);
  const list = JSON.stringify({ cniVersion: "0.3.1", name: "simplenet", plugins: [recipe] });

  const places = [
    {
      place: "in /etc/lxc-cni/net.d",
      path: "/etc/lxc-cni/net.d/10-a.conf",
      content: network,
      words: "simplenet",
    },
    { place: "in a list", path: "/etc/lxc-cni/net.d/10-a.conflist", content: list, words: "simplenet" },
    { place: "in /etc/cni/net.d", path: "/etc/cni/net.d/10-a.json", content: network, words: "simplenet" },
    {
      place: "in a directory",
      path: "/opt/nets/a.conf",
      content: network,
      words: "--net-dir /opt/nets simplenet",
    },
    {
      place: "in a file",
      path: "/etc/lxc/simplebridge.cni",
      content: network,
      words: "/etc/lxc/simplebridge.cni",
    },
  ];
  for (const { place, path, content, words } of places) {
    test(`finds a network ${place}`, async ({ host, lxc }) => {
      await host.run(["mount", "-t", "tmpfs", "tmpfs", "/opt"]);
      await host.write(path, content);
      const c1 = await lxc.create("c1", [...emptyNetwork, ...hookLines(`${command} ${words}`)], created);
      const before = await snapshot(host);
      await c1.start();
      expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
      await c1.stop();
      expect(difference(before, await snapshot(host))).toEqual([]);
    });
  }

  test("does not let a container start whose network it cannot find", async ({ host, lxc }) => {
    const c1 = await lxc.create("c1", [...emptyNetwork, ...hookLines(`${command} simplenet`)], created);
    const before = await snapshot(host);
    expect((await c1.attemptStart()).status).not.toBe(0);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("tells containers of one name in two LXC paths from each other", async ({ host, lxc }) => {
    await host.write("/etc/lxc-cni/net.d/10-a.conf", network);
    const lines = [...emptyNetwork, ...hookLines(`${command} simplenet`)];
    const one = await lxc.create("c1", lines, created);
    const other = await lxc.create("c1", lines, { ...created, path: "/var/lib/other-lxc" });
    await one.start();
    await other.start();
    expect(await one.addresses()).toEqual(["10.10.0.2/16"]);
    expect(await other.addresses()).toEqual(["10.10.0.3/16"]);
    await one.stop();
    await other.run(["ping", "-c", "1", "-W", "2", "10.10.0.1"]);
  });
});

import { expect } from "vitest";
import { refusalOf, resultOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const pingGateway = ["ping", "-c1", "-W2", "10.10.0.1"];

describeVariants("an ADD of an identity that is alive in another namespace", (variant) => {
  test("is refused, and leaves the first one's network as it is", async ({ host }) => {
    const [c1, other] = [await host.container("c1"), await host.container("other")];
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    const before = await snapshot(host);
    const second = await simplenet.add(c1, { netns: other.netns });
    expect(refusalOf(second)).toMatchObject({ code: 102 });
    expect(difference(before, await snapshot(host))).toEqual([]);
    await c1.run(pingGateway);
    expect((await other.attempt(["ip", "link", "show", "eth0"])).status).toBe(1);
  });
});

describeVariants("two interfaces of a container on one network", (variant) => {
  test("are added at once and deleted at once, and nothing is left", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    const interfaces = [{ ifname: "eth0" }, { ifname: "eth1" }];
    for (let round = 1; round <= 3; round++) {
      const answers = await Promise.all(interfaces.map((each) => simplenet.add(c1, each)));
      const given = answers.flatMap((answer) => resultOf(answer).ips.map(({ address }) => address));
      expect(new Set(given).size).toBe(2);
      // They share what is behind the jump.
      expect(await rulesOn(host)).toEqual({ jumps: 2, masquerades: 1 });
      const farewells = await Promise.all(interfaces.map((each) => simplenet.del(c1, each)));
      farewells.forEach(succeeded);
      expect(await rulesOn(host), `round ${round}`).toEqual({ jumps: 0, masquerades: 0 });
    }
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

describeVariants("two ADDs at once of one identity, where no locks can be made", (variant) => {
  test("end with one that succeeds, and whose lease, port and rules stay", async ({ host }) => {
    await host.run(["mkdir", "/run/lxc-cni"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", "/run/lxc-cni"]);
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    for (let round = 1; round <= 3; round++) {
      const answers = await Promise.all([simplenet.add(c1), simplenet.add(c1)]);
      const texts = answers.map(({ output }) => output).join("\n");
      expect(answers.map(({ status }) => status).sort(), texts).toEqual([0, 1]);
      const address = await leasesOn(host);
      const [winner] = answers.filter(({ status }) => status === 0).map(resultOf);
      expect(winner?.ips).toMatchObject([{ address: `${address}/16` }]);
      // The nft kind of iptables lets both make the chain when they meet: then each rule is there twice.
      const { jumps, masquerades } = await rulesOn(host);
      expect(Math.min(jumps, masquerades), texts).toBeGreaterThan(0);
      await c1.run([...pingGateway, "-I", address]);
      succeeded(await simplenet.del(c1));
      expect(difference(before, await snapshot(host))).toEqual([]);
    }
  });
});

/** How many rules there are of the two kinds that a container needs. */
async function rulesOn(host: Host): Promise<{ jumps: number; masquerades: number }> {
  const rules = (await host.run(["iptables", "-t", "nat", "-S"])).split("\n");
  return {
    jumps: rules.filter((rule) => rule.startsWith("-A POSTROUTING ")).length,
    masquerades: rules.filter((rule) => rule.endsWith(" -j MASQUERADE")).length,
  };
}

/** The addresses that are leased, one a line. */
function leasesOn(host: Host): Promise<string> {
  return host.run(["sh", "-c", "cd /var/lib/cni/networks/simplenet && ls -d 10.*"]);
}

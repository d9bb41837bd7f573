import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { hide } from "../fixture/hide.ts";
import { type IptablesKind, missingIptables, useIptables } from "../fixture/iptables-kind.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attemptLxcCni, readConfiguration } from "../networks/on-host.ts";
import { describeEngines } from "../runtime/engines.ts";
import { examine, prepare } from "./faults.ts";

describeEngines("doctor", (variant) => {
  test("finds nothing wrong where all is well, and changes nothing", async ({ host }) => {
    await prepare(host, variant);
    const before = await snapshot(host);
    const { status, findings } = await examine(host, variant);
    expect(findings.filter(({ verdict }) => verdict === "wrong")).toEqual([]);
    expect(status).toBe(0);
    expect(difference(before, await snapshot(host))).toEqual([]);
    const said = findings.map(({ what }) => what);
    for (const what of ["network simplenet can be used", "LXC calls lxc-cni when web starts and stops"]) {
      expect(said).toContain(what);
    }
    const { output } = await attemptLxcCni(host, variant, "doctor");
    expect(output.split("\n").length).toBeGreaterThan(findings.length);
    expect(output).toMatch(/^ok {8}the kernel has/);
  });

  test("finds that programs are missing which networks need", async ({ host }) => {
    await prepare(host, variant);
    const shows = [await hide(host, "iptables"), await hide(host, "nft")];
    const { status, findings } = await examine(host, variant);
    expect(status).toBe(1);
    expect(findings).toContainEqual({
      verdict: "wrong",
      what: "iptables is not installed, and networks need it",
      where: "",
      remedy: "apt-get install iptables",
    });
    for (const show of shows) await show();
    expect((await examine(host, variant)).status).toBe(0);
  });

  test("asks about one container, and says when it has nothing to do with lxc-cni", async ({ host }) => {
    await prepare(host, variant);
    await host.write("/var/lib/lxc/other/config", "lxc.net.0.type = veth\n");
    const all = await examine(host, variant);
    expect(all.findings.filter(({ where }) => where.includes("/other/"))).toEqual([]);
    const one = await examine(host, variant, {}, "other");
    expect(one.findings).toContainEqual({
      verdict: "doubtful",
      what: "LXC does not call lxc-cni when other starts",
      where: "/var/lib/lxc/other/config",
      remedy: "lxc-cni enable other NETWORK",
    });
    const none = await attemptLxcCni(host, variant, "doctor", "missing");
    expect(none).toMatchObject({ status: 1, errors: expect.stringContaining("there is other, web") });
  });
});

describeVariants("doctor beside a FORWARD policy that drops", (variant) => {
  for (const kind of ["nft", "legacy"] as IptablesKind[]) {
    test(`of iptables-${kind}, is content with a network whose packets pass`, async ({ host, skip }) => {
      const reason = await missingIptables(host, kind);
      if (reason !== undefined) skip(reason);
      await useIptables(host, kind);
      await host.run(["iptables", "-P", "FORWARD", "DROP"]);
      await prepare(host, variant);
      const { plugins } = await readConfiguration(host, "simplenet");
      const network = networkOn(host, variant, { ...plugins[0], cniVersion: "1.1.0", name: "simplenet" });
      succeeded(await network.add(await host.container("web")));
      const { status, findings } = await examine(host, variant);
      expect({ status, wrong: findings.filter(({ verdict }) => verdict === "wrong") }).toEqual({
        status: 0,
        wrong: [],
      });
      const said = findings.find(({ what }) => what.includes("drops forwarded packets"))?.what;
      expect(said).toMatch(new RegExp(`iptables-${kind} .*but none of the networks'`));
    });
  }
});

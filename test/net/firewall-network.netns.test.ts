import { describe, expect } from "vitest";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { attachOutside } from "../fixture/outside.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { openPage } from "../formats/page.ts";
import { describeFirewall } from "./firewall.ts";
import type { Wish, WrittenNetworkRules } from "./programs/firewall.ts";

const network = "simplenet";
const markFile = "/run/lxc-cni/networks/simplenet.json";
const formats = openPage("formats.md");

const byIptables: WrittenNetworkRules = {
  ...{ network, backend: "iptables", masqueraded: ["10.10.0.0/16", "fd00:10:10::/64"], forwarded: "cnibr0" },
};
const byNftables: WrittenNetworkRules = { ...byIptables, backend: "nftables" };
const forwarding: WrittenNetworkRules = { ...byIptables, masqueraded: [] };

const ensure = (rules: WrittenNetworkRules): Wish => ({ do: "ensure network", ...rules });
const missing = (rules: WrittenNetworkRules): Wish => ({ do: "missing from network", ...rules });
const leave = (isLast: boolean): Wish => ({ do: "leave network", network, isLast });
const collect = (isLast: boolean): Wish => ({ do: "collect network", network, isLast });

const everything = [
  ["masqueraded and forwarded by iptables", byIptables],
  ["masqueraded by nftables, forwarded by iptables", byNftables],
  ["only forwarded", forwarding],
  ["only masqueraded by nftables", { ...byNftables, forwarded: undefined }],
] as const;

describeFirewall("the rules of a network", (program) => {
  for (const [what, rules] of everything) {
    describe(`that is ${what}`, () => {
      test("are made with the first attachment, and go with the last", async ({ host }) => {
        const before = await beforeRules(host, program.grant, rules);
        expect(await program.grant(host, [ensure(rules), ensure(rules), missing(rules)])).toEqual([
          "changed",
          "found",
          [],
        ]);
        const made = await snapshot(host);
        await program.grant(host, [leave(false)]);
        expect(difference(made, await snapshot(host))).toEqual([]);
        await program.grant(host, [leave(true), leave(true)]);
        expect(difference(before, await snapshot(host))).toEqual([]);
      });

      test("cost no command when they are there, nor when there were none", async ({ host }) => {
        const commands = async (wish: Wish) => (await program.watch(host, wish)).commands;
        expect(await commands(leave(true))).toEqual([]);
        expect(await commands(ensure(rules))).not.toEqual([]);
        expect(await commands(ensure(rules))).toEqual([]);
        expect(await commands(leave(false))).toEqual([]);
        expect(await commands(leave(true))).not.toEqual([]);
        expect(await commands(leave(true))).toEqual([]);
      });

      test("are made once, also where nothing notes that they are there", async ({ host }) => {
        await program.grant(host, [ensure(rules)]);
        const made = await snapshot(host);
        await host.run(["rm", markFile]);
        await program.grant(host, [ensure(rules)]);
        expect(difference(made, await snapshot(host))).toEqual([]);
        for (const nonsense of ["", "{", '{"netns":5}', '{"netns":"1:2","rules":[{"store":"x"}]}']) {
          await host.write(markFile, nonsense);
          await program.grant(host, [ensure(rules)]);
          expect(difference(made, await snapshot(host)), nonsense).toEqual([]);
        }
      });

      test("of which nothing is noted are collected", async ({ host }) => {
        const before = await beforeRules(host, program.grant, rules);
        await program.grant(host, [ensure(rules)]);
        await host.run(["rm", markFile]);
        const made = await snapshot(host);
        await program.grant(host, [leave(true), collect(false)]);
        expect(difference(made, await snapshot(host))).toEqual([]);
        await program.grant(host, [collect(true)]);
        expect(difference(before, await snapshot(host))).toEqual([]);
      });

      test("that somebody flushed are missed, and their removal is no failure", async ({ host }) => {
        const before = await beforeRules(host, program.grant, rules);
        await program.grant(host, [ensure(rules)]);
        await flush(host);
        expect(await program.grant(host, [ensure(rules)])).toEqual(["found"]);
        const [words] = await program.grant(host, [missing(rules)]);
        expect(words).not.toEqual([]);
        await program.grant(host, [leave(true)]);
        expect(difference(before, await snapshot(host)).filter((line) => line.startsWith("+"))).toEqual([]);
      });
    });
  }

  test("are those that docs/formats.md shows, and so is what notes them", async ({ host }) => {
    const shown: WrittenNetworkRules = { ...byIptables, masqueraded: ["10.10.0.0/16"] };
    await program.grant(host, [ensure(shown)]);
    expect(await ruleLines(host, "iptables", "nat")).toEqual(formats.block("iptables-network-nat"));
    for (const command of ["iptables", "ip6tables"]) {
      expect(await ruleLines(host, command, "filter")).toEqual(formats.block("iptables-network-filter"));
    }
    const inode = await host.run(["stat", "-L", "--format=%d:%i", "/proc/self/ns/net"]);
    const [mark = ""] = formats.block(`json ${markFile}`);
    expect((await host.attempt(["cat", markFile])).output).toBe(`${mark.replace("4:4026531840", inode)}\n`);
    expect(await host.run(["stat", "--format=%a", markFile])).toBe("600");
    expect(formats.section("Network marks")).toContain(`\`${await host.run(["ls", "/run/lxc-cni/locks"])}\``);

    await program.grant(host, [leave(true), ensure({ ...shown, backend: "nftables", forwarded: undefined })]);
    const [rule = ""] = formats.block("nft-network");
    expect(
      await host.run(["nft", "list", "chain", "inet", "cni_plugins_masquerade", "masq_checks"]),
    ).toContain(rule);
  });

  test("grow with a subnet that is new, and all go with the last attachment", async ({ host }) => {
    for (const backend of ["iptables", "nftables"] as const) {
      const rules = { ...byIptables, backend };
      const more = { ...rules, masqueraded: ["10.10.0.0/16", "10.20.0.0/16"] };
      const before = await beforeRules(host, program.grant, rules);
      expect(await program.grant(host, [ensure(rules), ensure(more), missing(rules), missing(more)])).toEqual(
        [...["changed", "changed"], ...[[], []]],
      );
      await program.grant(host, [leave(true)]);
      expect(difference(before, await snapshot(host)), backend).toEqual([]);
    }
  });

  test("of another network namespace count for nothing here", async ({ host }) => {
    await program.grant(host, [ensure(byIptables)]);
    const note = await host.run(["cat", markFile]);
    await program.grant(host, [leave(true)]);
    await host.write(markFile, note.replace(/"netns":"[^"]*"/, '"netns":"4:1"'));
    expect(await program.grant(host, [ensure(byIptables), missing(byIptables)])).toEqual(["changed", []]);
  });

  test("are left alone by the removal and the collection of attachments, and the other way round", async ({
    host,
  }) => {
    for (const rules of [byIptables, byNftables]) {
      const attachment = [network, "c1", "eth0"] as const;
      const own: Wish = { do: "add", firewall: rules.backend, attachment, addresses: ["10.10.0.2/16"] };
      await program.grant(host, [ensure(rules)]);
      const made = await snapshot(host);
      await program.grant(host, [own, { do: "remove", attachment, known: [] }]);
      await program.grant(host, [own, { do: "collect", network, valid: [] }]);
      expect(difference(made, await snapshot(host))).toEqual([]);
      await program.grant(host, [own, leave(true)]);
      expect(await program.grant(host, [{ ...own, do: "missing" } as Wish])).toEqual([[]]);
      await program.grant(host, [{ do: "remove", attachment, known: [] }]);
    }
  });

  test("are made beside rules that iptables cannot read, and go again", async ({ host }) => {
    await beforeRules(host, program.grant, byIptables);
    for (const [table, hook] of [
      ["nat", "POSTROUTING"],
      ["filter", "FORWARD"],
    ]) {
      await host.run(["nft", `add rule ip ${table} ${hook} ip saddr { 192.0.2.1, 192.0.2.2 } counter`]);
    }
    const before = await snapshot(host);
    for (const end of [leave(true), collect(true)]) {
      await program.grant(host, [ensure(byIptables)]);
      const made = await snapshot(host);
      await host.run(["rm", markFile]);
      expect(await program.grant(host, [ensure(byIptables), missing(byIptables)])).toEqual(["changed", []]);
      expect(difference(made, await snapshot(host))).toEqual([]);
      if (end.do === "collect network") await host.run(["rm", markFile]);
      await program.grant(host, [end]);
      expect(difference(before, await snapshot(host)), end.do).toEqual([]);
    }
  });

  test("of a link that no rule can name are refused, and nothing is made", async ({ host }) => {
    const before = await snapshot(host);
    for (const forwarded of ["br+", 'br"0', "-i", "!br0"]) {
      const [answer] = await program.ask(host, [ensure({ ...forwarding, forwarded })]);
      expect(answer?.error, forwarded).toMatchObject({
        code: 7,
        message: expect.stringContaining(forwarded),
      });
    }
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("are made where /run cannot be written, and not twice", async ({ host }) => {
    await beforeRules(host, program.grant, byIptables);
    await host.run(["sh", "-c", "rm -r /run/lxc-cni && touch /run/lxc-cni"]);
    await program.grant(host, [ensure(byIptables)]);
    const made = await snapshot(host);
    await program.grant(host, [ensure(byIptables)]);
    expect(difference(made, await snapshot(host))).toEqual([]);
  });

  test("made by twenty calls at once are there once", async ({ host }) => {
    for (const rules of [byIptables, byNftables]) {
      const before = await beforeRules(host, program.grant, rules);
      await program.grant(host, [ensure(rules)]);
      const made = await snapshot(host);
      await program.grant(host, [leave(true)]);
      await Promise.all(Array.from({ length: 20 }, () => program.grant(host, [ensure(rules)])));
      expect(difference(made, await snapshot(host))).toEqual([]);
      await Promise.all(Array.from({ length: 5 }, () => program.grant(host, [leave(true)])));
      expect(difference(before, await snapshot(host))).toEqual([]);
    }
  });

  for (const rules of [byIptables, byNftables]) {
    test(`hide its containers from outside, through a host that forwards nothing else, by ${rules.backend}`, async ({
      host,
    }) => {
      const outside = await attachOutside(host);
      const c1 = await attached(host);
      await host.run(["iptables", "-P", "FORWARD", "DROP"]);
      const ping = ["ping", "-c1", "-W1", outside.address];
      expect((await c1.attempt(ping)).status).toBe(1);
      await program.grant(host, [ensure(rules)]);
      await c1.run(ping);
      expect(await outside.sources()).toEqual([outside.hostAddress]);
      await program.grant(host, [leave(true)]);
      expect((await c1.attempt(ping)).status).toBe(1);
    });
  }
});

/** A snapshot with the tables that stay, and the lock's file, but without rules. */
async function beforeRules(
  host: Host,
  grant: (host: Host, wishes: readonly Wish[]) => Promise<unknown>,
  rules: WrittenNetworkRules,
) {
  await grant(host, [ensure(rules), leave(true)]);
  return await snapshot(host);
}

/** What a careless hand, or a firewall that starts anew, does. */
async function flush(host: Host): Promise<void> {
  await host.run(["nft", "flush", "ruleset"]);
}

async function ruleLines(host: Host, command: string, table: string): Promise<string[]> {
  const output = await host.run([command, "-t", table, "-S"]);
  return output.split("\n").filter((line) => line.startsWith("-A "));
}

/** A container of the network, behind a bridge that is its gateway. */
async function attached(host: Host): Promise<Container> {
  const c1 = await host.container("c1");
  await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
  await host.run(["ip", "address", "add", "10.10.0.1/16", "dev", "cnibr0"]);
  await host.run(["ip", "link", "set", "cnibr0", "up"]);
  await host.run([
    "ip",
    "link",
    "add",
    "veth1",
    "master",
    "cnibr0",
    "up",
    "type",
    "veth",
    "peer",
    "name",
    "eth0",
    "netns",
    "c1",
  ]);
  await c1.run(["ip", "address", "add", "10.10.0.2/16", "dev", "eth0"]);
  await c1.run(["ip", "link", "set", "eth0", "up"]);
  await c1.run(["ip", "route", "add", "default", "via", "10.10.0.1"]);
  await host.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
  return c1;
}

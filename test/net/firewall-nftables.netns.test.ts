import { describe, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { standIn } from "../fixture/stand-in.ts";
import { test } from "../fixture/test.ts";
import { openPage } from "../formats/page.ts";
import { describeFirewall } from "./firewall.ts";
import type { Wish, WrittenAttachment, WrittenMasquerade } from "./programs/firewall.ts";

const table = ["nft", "list", "table", "inet", "cni_plugins_masquerade"];

const firewall = "nftables";
/** What docs/formats.md shows. */
const eth0: WrittenAttachment = ["simplenet", "web-qkwznmfy", "eth0"];
const dual: WrittenMasquerade = { attachment: eth0, addresses: ["10.10.0.2/16", "fd00:10:10::2/64"] };

const add = (masquerade: WrittenMasquerade): Wish => ({ do: "add", firewall, ...masquerade });
const addFresh = (masquerade: WrittenMasquerade): Wish => ({ ...add(masquerade), isFresh: true }) as Wish;
const remove = (attachment: WrittenAttachment): Wish => ({ do: "remove", attachment, known: [] });

describeFirewall("masquerade rules by nft", (program) => {
  for (const [what, how] of [
    ["fresh", addFresh],
    ["not known to be fresh", add],
  ] as const) {
    test(`of an attachment that is ${what}: table, chains and rules of the reference`, async ({ host }) => {
      const answers = await program.grant(host, [how(dual)]);
      expect(answers).toEqual([{ effect: "changed", kinds: ["nftables"], added: 2 }]);
      expect((await host.run(table)).split("\n")).toEqual(openPage("formats.md").block("nft"));
    });
  }

  test("are there once, however often they are added", async ({ host }) => {
    await program.grant(host, [addFresh(dual)]);
    const before = await snapshot(host);
    const again = await program.grant(host, [add(dual), add(dual)]);
    expect(again).toEqual(Array(2).fill({ effect: "found", kinds: ["nftables"], added: 0 }));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("of an earlier start are replaced, those of others stay", async ({ host }) => {
    const before = { ...dual, addresses: ["10.10.0.7/16", "10.10.0.2/16"] };
    const other = { attachment: ["simplenet", "c2", "eth0"], addresses: ["10.10.0.7/16"] } as const;
    await program.grant(host, [addFresh(before), addFresh(other), add(dual)]);
    expect(await sourcesOf(host)).toEqual([
      "c2 10.10.0.7",
      "web-qkwznmfy 10.10.0.2",
      "web-qkwznmfy fd00:10:10::2",
    ]);
  });

  test("are added in one command to a table that is there, and nothing is listed", async ({ host }) => {
    await program.grant(host, [addFresh({ ...dual, attachment: ["simplenet", "c0", "eth0"] })]);
    expect((await program.watch(host, addFresh(dual))).commands).toEqual(["nft -f -"]);
  });

  test("are added also where somebody emptied the chain that leads to them", async ({ host }) => {
    await program.grant(host, [addFresh(dual)]);
    const whole = await host.run(table);
    await host.run(["nft", "flush", "chain", "inet", "cni_plugins_masquerade", "postrouting"]);
    const missing: Wish = { do: "missing", firewall, ...dual };
    expect(await program.grant(host, [missing])).toEqual([
      ["the rule that leads from postrouting to masq_checks in table inet cni_plugins_masquerade"],
    ]);
    await program.grant(host, [add(dual)]);
    expect(await host.run(table)).toBe(whole);
  });

  test("are removed without a word of their addresses, and twice is no failure", async ({ host }) => {
    const other = { attachment: ["simplenet", "web-qkwznmfy", "eth1"], addresses: ["10.10.0.3/16"] } as const;
    await program.grant(host, [addFresh(other)]);
    const before = await snapshot(host);
    await program.grant(host, [addFresh(dual), remove(eth0), remove(eth0)]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("are taken back as far as they were added, and no further", async ({ host }) => {
    const [first, second] = [
      { ...dual, addresses: ["10.10.0.2/16"] },
      { ...dual, addresses: ["10.10.0.3/16"] },
    ];
    await program.grant(host, [addFresh(first), addFresh(second), { do: "take back", firewall }]);
    expect(await sourcesOf(host)).toEqual(["web-qkwznmfy 10.10.0.2"]);
  });

  test("of interfaces whose names are odd are found again", async ({ host }) => {
    // The table stays.
    await program.grant(host, [addFresh(dual), remove(eth0)]);
    const before = await snapshot(host);
    for (const name of ["a'b", 'a"b', "a\\b", "$(id)", "-j", "größe", '"#', "a;b", "{x}"]) {
      const odd: WrittenMasquerade = { ...dual, attachment: ["simplenet", "c1", name] };
      await program.grant(host, [addFresh(odd)]);
      expect(await host.run(table), name).toContain(`if: ${name.replaceAll('"', "")}, id: c1`);
      expect(await program.grant(host, [{ do: "missing", firewall, ...odd }]), name).toEqual([[]]);
      await program.grant(host, [remove(odd.attachment)]);
      expect(difference(before, await snapshot(host)), name).toEqual([]);
    }
  });

  test("of a container whose id is long have a comment that is cut, as the reference does it", async ({
    host,
  }) => {
    const attachment = ["simplenet", "c".repeat(200), "eth0"] as const;
    await program.grant(host, [addFresh({ ...dual, attachment })]);
    const comment = /comment "([0-9a-f]{16}-.*)"/.exec(await host.run(table))?.[1] ?? "";
    expect(comment).toMatch(/^[0-9a-f]{16}-[0-9a-f]{16}, net: simplenet, if: eth0, id: c+$/);
    expect(comment).toHaveLength(128);
    await program.grant(host, [remove(attachment)]);
    expect(await sourcesOf(host)).toEqual([]);
  });

  test("that are missing are named", async ({ host }) => {
    const missing: Wish = { do: "missing", firewall, ...dual };
    expect(await program.grant(host, [missing])).toEqual([["table inet cni_plugins_masquerade of nftables"]]);
    await program.grant(host, [addFresh({ ...dual, addresses: ["10.10.0.2/16"] })]);
    expect(await program.grant(host, [missing])).toEqual([
      ["the rule for fd00:10:10::2 in chain masq_checks of table inet cni_plugins_masquerade"],
    ]);
  });

  test("that nft refuses are a failure in its words, and nothing stays", async ({ host }) => {
    const before = await snapshot(host);
    const restoreNft = await standIn(host, "nft", () => [
      "echo 'Error: Operation not supported' >&2",
      "exit 1",
    ]);
    const [answer] = await program.ask(host, [addFresh(dual)]);
    expect(answer).toEqual({
      answer: {
        effect: "unknown",
        failure: expect.stringContaining("Operation not supported"),
        kinds: ["nftables"],
        added: 2,
      },
    });
    const [reason] = await program.grant(host, [{ do: "why unusable", firewall, families: [4] }]);
    expect(reason).toBe("Operation not supported");
    await restoreNft();
    expect(await program.grant(host, [{ do: "why unusable", firewall, families: [4] }])).toEqual([null]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  describe("the garbage collection", () => {
    // The cases of the Go plugin's own test, with its four containers on two networks.
    const containers: readonly WrittenMasquerade[] = [
      { attachment: ["unit-test", "one", "eth0"], addresses: ["192.168.1.1/24", "2001:db8:1::1/64"] },
      { attachment: ["unit-test", "two", "eth0"], addresses: ["192.168.1.2/24"] },
      { attachment: ["unit-test", "three", "eth0"], addresses: ["192.168.1.3/24"] },
      { attachment: ["alternate", "three", "net1"], addresses: ["10.0.0.5/8", "2001:db8:2::5/64"] },
    ];
    /** Takes over an address of `one`, before that one is removed. */
    const four: WrittenMasquerade = {
      attachment: ["unit-test", "four", "eth0"],
      addresses: ["192.168.1.1/24"],
    };

    test("removes the rules of a network's attachments that are not valid, and no others", async ({
      host,
    }) => {
      await program.grant(host, [...containers, four].map(addFresh));
      await program.grant(host, [remove(["unit-test", "one", "eth0"])]);
      const left = [
        "four 192.168.1.1",
        "three 10.0.0.5",
        "three 192.168.1.3",
        "three 2001:db8:2::5",
        "two 192.168.1.2",
      ];
      expect(await sourcesOf(host)).toEqual(left);

      const valid = [
        ["two", "eth0"],
        ["three", "eth0"],
        ["one", "irrelevant"],
      ] as const;
      await program.grant(host, [{ do: "collect", network: "unit-test", valid }]);
      expect(await sourcesOf(host)).toEqual(left.slice(1));
      await program.grant(host, [{ do: "collect", network: "alternate", valid: [["three", "net1"]] }]);
      expect(await sourcesOf(host)).toEqual(left.slice(1));
      await program.grant(host, [{ do: "collect", network: "unit-test", valid: [] }]);
      expect(await sourcesOf(host)).toEqual(["three 10.0.0.5", "three 2001:db8:2::5"]);
      await program.grant(host, [{ do: "collect", network: "alternate", valid: [] }]);
      expect(await sourcesOf(host)).toEqual([]);
      expect(await host.run(table)).toContain("goto masq_checks");
    });
  });
});

/** The container and the source of each rule, sorted. */
async function sourcesOf(host: Host): Promise<string[]> {
  const rules = (await host.run(table)).matchAll(/ip6? saddr (\S+) .* id: (\S+)"/g);
  return [...rules].map(([, source, container]) => `${container} ${source}`).sort();
}

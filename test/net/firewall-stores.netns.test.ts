import { describe, expect } from "vitest";
import type { RuleKind } from "../../lib/net/firewall/rule-kind.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { standIn } from "../fixture/stand-in.ts";
import { test } from "../fixture/test.ts";
import { describeFirewall } from "./firewall.ts";
import type { Wish, WrittenAttachment, WrittenMasquerade } from "./programs/firewall.ts";

/** The kinds of iptables that a host can have under that name. */
const variants = ["nft", "legacy"] as const;
type Variant = (typeof variants)[number];

const firewall = "iptables";
const eth0: WrittenAttachment = ["simplenet", "c1", "eth0"];
const eth1: WrittenAttachment = ["simplenet", "c1", "eth1"];
const chain = "CNI-783538b2ecea2861f343da54";
const dual: WrittenMasquerade = { attachment: eth0, addresses: ["10.10.0.2/16", "fd00:10:10::2/64"] };

const add = (masquerade: WrittenMasquerade): Wish => ({ do: "add", firewall, ...masquerade });
const missing = (masquerade: WrittenMasquerade): Wish => ({ do: "missing", firewall, ...masquerade });
const remove = (attachment: WrittenAttachment, known: readonly string[] = []): Wish => ({
  ...{ do: "remove", attachment, known },
});
const natOf = (command: string) => [command, "-t", "nat", "-S"];

describeFirewall("masquerade rules by iptables", (program) => {
  for (const variant of variants) {
    describe(`whose store is ${variant}'s`, () => {
      test("are added there, found again, and removed, recorded or not", async ({ host, skip }) => {
        await makeUsual(host, variant, skip);
        await host.runAll([natOf("iptables"), natOf("ip6tables")]);
        const before = await snapshot(host);
        const kinds = [`iptables-${variant}`, `ip6tables-${variant}`] as const;
        for (const recorded of [kinds, undefined]) {
          const [added] = await program.grant(host, [add(dual)]);
          expect(added).toEqual({ effect: "changed", kinds, added: 2 });
          expect(await host.run(natOf(`iptables-${variant}`))).toContain("-j MASQUERADE");
          expect(await host.run(natOf(`ip6tables-${variant}`))).toContain("-j MASQUERADE");
          expect(await program.grant(host, [missing(dual), add(dual)])).toEqual([
            [],
            { effect: "found", kinds, added: 0 },
          ]);
          await program.grant(host, [{ do: "remove", attachment: eth0, known: [], kinds: recorded }]);
          expect(difference(before, await snapshot(host))).toEqual([]);
        }
      });

      test("of a host that has the other kind by now are removed from where they are", async ({
        host,
        skip,
      }) => {
        await makeUsual(host, variant, skip);
        await host.runAll([natOf("iptables"), natOf("ip6tables")]);
        const before = await snapshot(host);
        for (const recorded of [[`iptables-${variant}`, `ip6tables-${variant}`] as const, undefined]) {
          await makeUsual(host, variant, skip);
          await program.grant(host, [add(dual)]);
          await makeUsual(host, variant === "nft" ? "legacy" : "nft", skip);
          await program.grant(host, [{ do: "remove", attachment: eth0, known: [], kinds: recorded }]);
          expect(difference(before, await snapshot(host))).toEqual([]);
        }
      });

      test("that the Go plugin made are removed, known addresses or not", async ({ host, skip }) => {
        await makeUsual(host, variant, skip);
        await host.run(natOf("iptables"));
        const before = await snapshot(host);
        // The Go plugin gives no interface a mark, and both addresses share the container's chain.
        const comment = String.raw`-m comment --comment "name: \"simplenet\" id: \"c1\""`;
        const lines = [
          `-N ${chain}`,
          `-A ${chain} -d 10.10.0.0/16 ${comment} -j ACCEPT`,
          `-A ${chain} ! -d 224.0.0.0/4 ${comment} -j MASQUERADE`,
          `-A ${chain} -d 10.20.0.0/16 ${comment} -j ACCEPT`,
          `-A POSTROUTING -s 10.10.0.2/32 ${comment} -j ${chain}`,
          `-A POSTROUTING -s 10.20.0.2/32 ${comment} -j ${chain}`,
        ];
        for (const known of [["10.10.0.2/16", "10.20.0.2/16"], [], ["fd00::2/64"]]) {
          await restore(host, "iptables", lines);
          await program.grant(host, [remove(eth0, known)]);
          expect(difference(before, await snapshot(host)), String(known)).toEqual([]);
        }
      });

      test("of which the garbage collection removes what is not valid, and nothing else", async ({
        host,
        skip,
      }) => {
        await makeUsual(host, variant, skip);
        const on = (network: string, container: string, name: string, last: number): WrittenMasquerade => ({
          attachment: [network, container, name],
          addresses: [`10.10.0.${last}/16`, `fd00:10:10::${last}/64`],
        });
        const kept = [
          on("simplenet", "valid", "eth0", 2),
          on("simplenet", "half", "eth0", 3),
          on("simple.net", "c1", "eth0", 4),
          on("othernet", "c1", "eth0", 5),
        ];
        const stale = [
          on("simplenet", "half", "eth1", 6),
          on("simplenet", "c1", "eth0", 7),
          on("simplenet", "c1", "eth1", 8),
          on("simplenet", "c2", "eth0", 9),
        ];
        // Chains and rules of others, one of them with a comment of ours that is not its own.
        const comment = String.raw`-m comment --comment "name: \"simplenet\" id: \"c2\""`;
        await restore(host, "iptables", [
          ...["-N CNI-0123456789abcdef01234567", "-N KUBE", "-A POSTROUTING -j KUBE"],
          `-A CNI-0123456789abcdef01234567 ${comment} -j ACCEPT`,
          `-A POSTROUTING -s 10.10.0.9/32 ${comment} -j MASQUERADE`,
        ]);
        await program.grant(host, kept.map(add));
        const before = await snapshot(host);
        await program.grant(host, stale.map(add));
        const valid = [
          ["valid", "eth0"],
          ["half", "eth0"],
          ["c1", "eth7"],
        ] as const;
        // Valid, but by another interface: the marks tell which rules are meant.
        await program.grant(host, [{ do: "collect", network: "simplenet", valid }]);
        await program.grant(host, [{ do: "collect", network: "simplenet", valid: valid.slice(0, 2) }]);
        expect(difference(before, await snapshot(host))).toEqual([]);
        await program.grant(host, [{ do: "collect", network: "simplenet", valid: [] }]);
        expect(await program.grant(host, kept.map(missing))).toEqual([
          [expect.stringContaining("chain CNI-"), expect.stringContaining("chain CNI-")],
          [expect.stringContaining("chain CNI-"), expect.stringContaining("chain CNI-")],
          [],
          [],
        ]);
      });
    });
  }

  test("in all three stores at once are removed", async ({ host, skip }) => {
    await makeUsual(host, "nft", skip);
    await program.grant(host, [{ do: "add", ...dual, firewall: "nftables" }, remove(eth0)]);
    await host.runAll(["iptables-nft", "iptables-legacy", "ip6tables-nft", "ip6tables-legacy"].map(natOf));
    const before = await snapshot(host);
    await program.grant(host, [add(dual), { do: "add", ...dual, firewall: "nftables" }]);
    await makeUsual(host, "legacy", skip);
    await program.grant(host, [add(dual)]);
    await program.grant(host, [remove(eth0)]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  describe("beside a rule that somebody put there by nft, and iptables cannot read,", () => {
    const foreign = "add rule ip nat POSTROUTING ip saddr { 192.0.2.1, 192.0.2.2 } masquerade persistent";

    test("are added, found, removed", async ({ host, skip }) => {
      await makeUsual(host, "nft", skip);
      await host.run(natOf("iptables"));
      const other = { attachment: eth1, addresses: ["10.10.0.3/16"] };
      await program.grant(host, [add(other)]);
      await host.run(["nft", foreign]);
      expect((await host.attempt(natOf("iptables"))).errors).toContain("incompatible");
      const before = await snapshot(host);
      await program.grant(host, [add(dual)]);
      expect(await program.grant(host, [missing(dual), missing(other), add(dual)])).toEqual([
        [],
        [],
        expect.objectContaining({ effect: "found" }),
      ]);
      // By its marks, and once more although it is gone.
      await program.grant(host, [remove(eth0), remove(eth0, dual.addresses)]);
      expect(difference(before, await snapshot(host))).toEqual([]);
    });

    test("are removed also when nothing but nft tells which address they are for", async ({ host, skip }) => {
      await makeUsual(host, "nft", skip);
      await program.grant(host, [add(dual), remove(eth0)]);
      await host.run(["nft", foreign]);
      const before = await snapshot(host);
      const comment = String.raw`-m comment --comment "name: \"simplenet\" id: \"c1\""`;
      const lines = [`-N ${chain}`, `-A ${chain} ${comment} -j MASQUERADE`];
      const jumps = ["10.10.0.2/32", "10.10.0.3/32"].map(
        (source) => `-A POSTROUTING -s ${source} ${comment} -j ${chain}`,
      );
      await restore(host, "iptables", [...lines, ...jumps]);
      await program.grant(host, [remove(eth0)]);
      expect(difference(before, await snapshot(host))).toEqual([]);
      await restore(host, "iptables", [...lines, ...jumps]);
      await program.grant(host, [{ do: "collect", network: "othernet", valid: [] }]);
      expect(difference(before, await snapshot(host))).not.toEqual([]);
      await program.grant(host, [{ do: "collect", network: "simplenet", valid: [] }]);
      expect(difference(before, await snapshot(host))).toEqual([]);
    });
  });

  test("that are missing are named", async ({ host, skip }) => {
    await makeUsual(host, "nft", skip);
    const ipv4 = { ...dual, addresses: ["10.10.0.2/16"] };
    expect(await program.grant(host, [missing(ipv4)])).toEqual([[`chain ${chain} in table nat of iptables`]]);
    await program.grant(host, [add(ipv4)]);
    await host.run(["iptables", "-t", "nat", "-F", "POSTROUTING"]);
    await host.run(["iptables", "-t", "nat", "-D", chain, "2"]);
    expect(await program.grant(host, [missing(ipv4)])).toEqual([
      [
        `the jump from 10.10.0.2 in POSTROUTING to chain ${chain}`,
        `the rule that masquerades in chain ${chain}`,
      ],
    ]);
  });
});

describeFirewall("a removal", (program) => {
  test("of rules that were recorded looks nowhere else, and of none starts nothing", async ({
    host,
    skip,
  }) => {
    await makeUsual(host, "nft", skip);
    await program.grant(host, [add({ ...dual, addresses: ["10.10.0.2/16"] })]);
    const of = (kinds: readonly RuleKind[]): Wish => ({
      ...{ do: "remove", attachment: eth0, known: dual.addresses, kinds },
    });
    const commands = async (kinds: readonly RuleKind[]) => (await program.watch(host, of(kinds))).commands;
    expect(await program.watch(host, of([]))).toEqual({ answer: null, commands: [], questions: [] });
    expect(await commands(["iptables-nft"])).toEqual(
      program.asksKernel ? [] : [`iptables --wait -t nat -S ${chain}`, "iptables-restore --noflush --wait"],
    );
    expect(await commands(["nftables"])).toEqual(
      program.asksKernel ? [] : ["nft -a list chain inet cni_plugins_masquerade masq_checks"],
    );
    expect(await host.run(natOf("iptables"))).not.toContain("CNI-");
  });

  test("of which nobody knows looks everywhere, but not into the tables of legacy that are not there", async ({
    host,
    skip,
  }) => {
    await makeUsual(host, "nft", skip);
    const commands = [
      `iptables --wait -t nat -S ${chain}`,
      `ip6tables --wait -t nat -S ${chain}`,
      "nft -a list chain inet cni_plugins_masquerade masq_checks",
      "nft -a list chain bridge nat PREROUTING",
    ];
    const questions = [
      `uses of ip nat ${chain}: none`,
      `uses of ip6 nat ${chain}: none`,
      "those of inet cni_plugins_masquerade masq_checks with d57bc199f27af438-f4d01f2ef4b92245: 0",
      "those of bridge nat PREROUTING with macspoofchk-c1-eth0: 0",
      "uses of bridge nat cni-br-iface-c1-eth0: none",
      "uses of bridge nat cni-br-iface-c1-eth0-mac: none",
    ];
    const looks = program.asksKernel ? { commands: [], questions } : { commands, questions: [] };
    expect(await program.watch(host, remove(eth0))).toMatchObject(looks);
    await host.run(natOf("iptables-legacy"));
    const ofLegacy = `iptables-legacy --wait -t nat -S ${chain}`;
    expect(await program.watch(host, remove(eth0))).toMatchObject({
      ...looks,
      commands: [...looks.commands.slice(0, 1), ofLegacy, ...looks.commands.slice(1)],
    });
    await makeUsual(host, "legacy", skip);
    const { commands: started, questions: asked } = await program.watch(host, remove(eth0));
    if (program.asksKernel) expect(asked).toContain(questions[0]);
    else expect(started).toContain(`iptables-nft --wait -t nat -S ${chain}`);
  });

  for (const broken of ["iptables", "ip6tables", "nft"]) {
    test(`does not fail where ${broken} does, and nothing is there`, async ({ host, skip }) => {
      await makeUsual(host, "nft", skip);
      await standIn(host, broken, () => [
        "echo 'Failed to initialize: Protocol not supported' >&2",
        "exit 1",
      ]);
      await program.grant(host, [remove(eth0, dual.addresses), remove(eth0)]);
      await program.grant(host, [
        { do: "collect", network: "simplenet", valid: [] },
        { do: "collect network", network: "simplenet", isLast: true },
      ]);
    });
  }

  test("fails where rules are there, and iptables does not read them", async ({ host, skip }) => {
    await makeUsual(host, "nft", skip);
    await program.grant(host, [add(dual)]);
    // One that says what no rule of ours does, so that the kernel's word is not enough.
    await host.run(["iptables", "-t", "nat", "-A", chain, "-p", "udp", "-j", "RETURN"]);
    const before = await snapshot(host);
    const mend = await breakProgram(host, "iptables", "out of memory", 4);
    const [answer] = await program.ask(host, [remove(eth0)]);
    const failure = { code: 101, message: expect.stringContaining("out of memory") };
    expect(answer?.error).toMatchObject(failure);
    const [collected] = await program.ask(host, [{ do: "collect", network: "simplenet", valid: [] }]);
    expect(collected?.error).toMatchObject(failure);
    await mend();
    // The other family's rules are gone.
    expect(
      difference(before, await snapshot(host)).every((line) => /^- rule (ip6tables|nft)/.test(line)),
    ).toBe(true);
    await program.grant(host, [remove(eth0)]);
    expect(await host.run(natOf("iptables"))).not.toContain("CNI-");
  });
});

describeFirewall("the choice of a firewall", (program) => {
  const choices: Wish[] = [
    { do: "choose" },
    { do: "choose", asked: "iptables" },
    { do: "choose", asked: "nftables" },
  ];

  test("is iptables, and starts nothing to find that out", async ({ host, skip }) => {
    await makeUsual(host, "nft", skip);
    expect(await program.grant(host, choices)).toEqual(["iptables", "iptables", "nftables"]);
    expect((await program.watch(host, { do: "choose" })).commands).toEqual([]);
  });

  test("is nftables where there is no iptables, and the removal does without", async ({ host }) => {
    await hide(host, ["iptables", "ip6tables"]);
    expect(await program.grant(host, choices)).toEqual(["nftables", "iptables", "nftables"]);
    const unusable: Wish = { do: "why unusable", firewall: "iptables", families: [4, 6] };
    expect(await program.grant(host, [unusable])).toEqual(["iptables is not installed"]);
    const [answer] = await program.grant(host, [add({ ...dual, addresses: ["10.10.0.2/16"] })]);
    expect(answer).toMatchObject({
      effect: "found",
      failure: expect.stringContaining("iptables is not installed"),
    });
    await program.grant(host, [{ do: "add", firewall: "nftables", ...dual }, remove(eth0, dual.addresses)]);
    expect(await host.run(["nft", "list", "ruleset"])).not.toContain("saddr");
  });

  test("is iptables where there is neither, which says what to install", async ({ host }) => {
    await hide(host, ["iptables", "ip6tables", "nft"]);
    expect(await program.grant(host, choices)).toEqual(["iptables", "iptables", "nftables"]);
    expect(await program.grant(host, [{ do: "why unusable", firewall: "nftables", families: [4] }])).toEqual([
      "nft is not installed",
    ]);
    await program.grant(host, [remove(eth0, dual.addresses), remove(eth0)]);
  });
});

/** Makes `iptables` and `ip6tables` mean one of the two kinds. */
async function makeUsual(host: Host, variant: Variant, skip: (reason: string) => void): Promise<void> {
  const multi = `xtables-${variant}-multi`;
  const program = (await host.attempt(["sh", "-c", `command -v ${multi}`])).output.trim();
  if (program === "") return skip(`needs iptables-${variant}`);
  // A copy, and links that do not lead out of the directory: whatever is written by them stays on this host.
  const script = `
    mountpoint -q ${directory} || mount -t tmpfs -o mode=755 tmpfs ${directory}
    test -e ${directory}/${multi} || cp ${program} ${directory}/
    for name in iptables iptables-restore ip6tables ip6tables-restore; do ln -sf ${multi} ${directory}/$name; done
  `;
  await host.run(["sh", "-ec", script]);
}

/** The first directory that the product looks in. The machine's own is not to be written to. */
const directory = "/usr/local/sbin";

/** Puts a command that fails in the place of a program. @returns what puts the program back */
async function breakProgram(
  host: Host,
  program: string,
  words: string,
  status: number,
): Promise<() => Promise<void>> {
  await host.run(["rm", "-f", `${directory}/${program}`]);
  return await standIn(host, program, () => [`echo '${words}' >&2`, `exit ${status}`]);
}

/** Takes programs away: a directory over theirs has all others. */
async function hide(host: Host, programs: readonly string[]): Promise<void> {
  const script = `
    mkdir /mnt/sbin
    mount --bind /usr/sbin /mnt/sbin
    mount -t tmpfs tmpfs /usr/sbin
    for file in /mnt/sbin/*; do ln -s "$file" /usr/sbin/; done
    for name in ${programs.join(" ")}; do rm -f "/usr/sbin/$name" "/usr/sbin/$name"-*; done
  `;
  await host.run(["sh", "-ec", script]);
}

async function restore(host: Host, command: string, lines: readonly string[]): Promise<void> {
  const input = ["*nat", ...lines, "COMMIT", ""].join("\n");
  await host.run([`${command}-restore`, "--noflush"], { input });
}

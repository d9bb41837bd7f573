import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { missingIptables, useIptables } from "../fixture/iptables-kind.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeKernelFirewall, type FirewallProgram } from "./firewall.ts";
import type { Wish, WrittenAttachment } from "./programs/firewall.ts";

const eth0: WrittenAttachment = ["simplenet", "c1", "eth0"];
const chain = "CNI-783538b2ecea2861f343da54";
const comment = `-m comment --comment 'name: "simplenet" id: "c1"'`;
const checks = "inet cni_plugins_masquerade masq_checks";
const guardComment = 'comment \\"macspoofchk-c1-eth0\\"';

const masquerade = { attachment: eth0, addresses: ["10.10.0.2/16"] } as const;
const guard = { attachment: eth0, port: "veth0", mac: "02:00:00:00:00:01" } as const;
const network = { network: "simplenet", masqueraded: ["10.10.0.0/16", "fd00:10:10::/64"] } as const;

/** Rules of a kind: how they are made, asked for, and removed. */
interface Kind {
  readonly make: Wish;
  readonly ask: Wish;
  readonly remove: Wish;
}

const masqueraded = (
  firewall: "iptables" | "nftables",
  addresses: readonly string[],
  handles?: readonly number[],
): Kind => ({
  make: { do: "add", firewall, attachment: eth0, addresses },
  ask: { do: "missing", firewall, attachment: eth0, addresses, handles },
  remove: { do: "remove", attachment: eth0, known: [] },
});
/** All that a rule of these tests can have, in an order in which the right ones are not the first. */
const handles = Array.from({ length: 20 }, (_, index) => 20 - index);
const guarded = (addresses?: readonly string[]): Kind => ({
  make: { do: "guard", ...guard, addresses },
  ask: { do: "missing from guard", ...guard, addresses },
  remove: { do: "remove", attachment: eth0, known: [] },
});
const shared = (backend: "iptables" | "nftables"): Kind => ({
  make: { do: "ensure network", ...network, backend, forwarded: "cnibr0" },
  ask: { do: "missing from network", ...network, backend, forwarded: "cnibr0" },
  remove: { do: "leave network", network: "simplenet", isLast: true },
});

const kinds: readonly [string, Kind][] = [
  ["masquerade by iptables", masqueraded("iptables", ["10.10.0.2/16"])],
  ["masquerade by iptables, of both families", masqueraded("iptables", ["10.10.0.2/16", "fd00:10:10::2/64"])],
  [
    "masquerade by iptables, of several subnets",
    masqueraded("iptables", ["10.10.0.2/20", "10.64.0.2/10", "fd00::2/61"]),
  ],
  ["masquerade by iptables, of a single address", masqueraded("iptables", ["10.10.0.2/32", "fd00::2/128"])],
  ["masquerade by nft", masqueraded("nftables", ["10.10.0.2/16", "fd00:10:10::2/64"])],
  [
    "masquerade by nft, of odd subnets",
    masqueraded("nftables", ["10.10.0.2/23", "10.64.0.2/10", "fd00::2/61"]),
  ],
  ["masquerade by nft, of a single address", masqueraded("nftables", ["10.10.0.2/32", "fd00::2/128"])],
  [
    "masquerade by nft, and are where they are known to be",
    masqueraded("nftables", ["10.10.0.2/16", "fd00:10:10::2/64"], handles),
  ],
  [
    "masquerade by nft, and are not where they are thought to be",
    masqueraded("nftables", ["10.10.0.2/16", "fd00:10:10::2/64"], [1, 4711]),
  ],
  ["guard a MAC", guarded()],
  ["guard addresses", guarded(["10.10.0.2", "fd00:10:10::2"])],
  ["are a network's, by iptables", shared("iptables")],
  ["are a network's, by nft", shared("nftables")],
];

describeKernelFirewall("where the kernel can be asked", (program) => {
  for (const [what, kind] of kinds) {
    test(`no command is needed to see that rules are there that ${what}`, async ({ host, skip }) => {
      await useNft(host, skip);
      await makeOthers(host);
      await program.grant(host, [kind.make]);
      await makeOthers(host, 8);
      expect(await seen(program, host, kind)).toEqual({ answer: [], commands: [] });
    });
  }

  for (const [what, kind] of kinds.filter(([, { remove }]) => remove.do === "remove")) {
    test(`nor to remove rules that ${what}`, async ({ host, skip }) => {
      await useNft(host, skip);
      await makeOthers(host);
      // What stays: tables and chains with a hook.
      await program.grant(host, [kind.make, kind.remove]);
      const before = await snapshot(host);
      await program.grant(host, [kind.make]);
      expect(await program.watch(host, kind.remove)).toMatchObject({ answer: null, commands: [] });
      expect(difference(before, await snapshot(host))).toEqual([]);
    });
  }
});

/** Something that is not quite a rule, made by hand, and what is said to be missing then. */
type NearMiss = readonly [what: string, script: string, missing: readonly (string | RegExp)[]];

const theJump = /the jump from 10\.10\.0\.2 in POSTROUTING/;
const theAccept = /the rule for 10\.10\.0\.0\/16 in chain/;
const theMasquerade = /the rule that masquerades in chain/;

const replace = (number: number, rule: string) => `iptables -t nat -R ${chain} ${number} ${rule}`;
const replaceJump = (rule: string) => `iptables -t nat -R POSTROUTING 1 ${rule}`;

const inIptables: readonly NearMiss[] = [
  ["the jump has a condition more", replaceJump(`-s 10.10.0.2 -p tcp ${comment} -j ${chain}`), [theJump]],
  ["the jump wants a link", replaceJump(`-s 10.10.0.2 -o eth0 ${comment} -j ${chain}`), [theJump]],
  ["the jump wants a mark", replaceJump(`-s 10.10.0.2 -m mark --mark 1 ${comment} -j ${chain}`), [theJump]],
  ["the jump is a goto", replaceJump(`-s 10.10.0.2 ${comment} -g ${chain}`), [theJump]],
  ["the jump is for all others", replaceJump(`! -s 10.10.0.2 ${comment} -j ${chain}`), [theJump]],
  ["the jump is for another address", replaceJump(`-s 10.10.0.3 ${comment} -j ${chain}`), [theJump]],
  ["the jump is for a subnet", replaceJump(`-s 10.10.0.2/31 ${comment} -j ${chain}`), [theJump]],
  ["the jump is for where packets go", replaceJump(`-d 10.10.0.2 ${comment} -j ${chain}`), [theJump]],
  ["the jump has another comment", replaceJump(`-s 10.10.0.2 -m comment --comment x -j ${chain}`), [theJump]],
  [
    "the jump leads elsewhere",
    `iptables -t nat -N X; ${replaceJump(`-s 10.10.0.2 ${comment} -j X`)}`,
    [theJump],
  ],
  [
    "the jump is in another chain",
    `iptables -t nat -F POSTROUTING; iptables -t nat -N X; iptables -t nat -A X -s 10.10.0.2 ${comment} -j ${chain}`,
    [theJump],
  ],
  [
    "the jump is in another table",
    `iptables -t nat -F POSTROUTING; iptables -t mangle -N ${chain}; iptables -t mangle -A POSTROUTING -s 10.10.0.2 ${comment} -j ${chain}`,
    [theJump],
  ],
  ["another subnet is accepted", replace(1, `-d 10.11.0.0/16 ${comment} -j ACCEPT`), [theAccept]],
  ["a part of the subnet is accepted", replace(1, `-d 10.10.0.0/17 ${comment} -j ACCEPT`), [theAccept]],
  ["all else is accepted", replace(1, `! -d 10.10.0.0/16 ${comment} -j ACCEPT`), [theAccept]],
  ["the subnet returns", replace(1, `-d 10.10.0.0/16 ${comment} -j RETURN`), [theAccept]],
  ["the subnet is accepted by TCP", replace(1, `-d 10.10.0.0/16 -p tcp ${comment} -j ACCEPT`), [theAccept]],
  ["all is masqueraded", replace(2, `${comment} -j MASQUERADE`), [theMasquerade]],
  ["multicast is masqueraded", replace(2, `-d 224.0.0.0/4 ${comment} -j MASQUERADE`), [theMasquerade]],
  [
    "ports are chosen at random",
    replace(2, `! -d 224.0.0.0/4 ${comment} -j MASQUERADE --random`),
    [theMasquerade],
  ],
  [
    "ports are chosen among some",
    replace(2, `! -d 224.0.0.0/4 -p udp ${comment} -j MASQUERADE --to-ports 5000-6000`),
    [theMasquerade],
  ],
  [
    "what is masqueraded is translated",
    replace(2, `! -d 224.0.0.0/4 ${comment} -j SNAT --to 192.0.2.1`),
    [theMasquerade],
  ],
];

const nftRule = (rule: string, to: string = checks) =>
  `nft flush chain ${checks}; nft 'add rule ${to} ${rule} comment "d57bc199f27af438-f4d01f2ef4b92245, net: simplenet"'`;
const theRule = /the rule for 10\.10\.0\.2 in chain masq_checks/;
const theLead = /the rule that leads from postrouting to masq_checks/;
const postrouting = "inet cni_plugins_masquerade postrouting";

const inNft: readonly NearMiss[] = [
  [
    "a condition more",
    nftRule("ip saddr 10.10.0.2 ip daddr != 10.10.0.0/16 tcp dport 80 masquerade"),
    [theRule],
  ],
  ["a condition less", nftRule("ip saddr 10.10.0.2 masquerade"), [theRule]],
  ["another address", nftRule("ip saddr 10.10.0.3 ip daddr != 10.10.0.0/16 masquerade"), [theRule]],
  ["all other addresses", nftRule("ip saddr != 10.10.0.2 ip daddr != 10.10.0.0/16 masquerade"), [theRule]],
  ["the subnet itself", nftRule("ip saddr 10.10.0.2 ip daddr 10.10.0.0/16 masquerade"), [theRule]],
  ["a part of the subnet", nftRule("ip saddr 10.10.0.2 ip daddr != 10.10.0.0/17 masquerade"), [theRule]],
  ["another end", nftRule("ip saddr 10.10.0.2 ip daddr != 10.10.0.0/16 accept"), [theRule]],
  ["random ports", nftRule("ip saddr 10.10.0.2 ip daddr != 10.10.0.0/16 masquerade random"), [theRule]],
  [
    "another comment",
    `nft flush chain ${checks}; nft 'add rule ${checks} ip saddr 10.10.0.2 ip daddr != 10.10.0.0/16 masquerade comment "x"'`,
    [theRule],
  ],
  [
    "another chain",
    nftRule("ip saddr 10.10.0.2 ip daddr != 10.10.0.0/16 masquerade", postrouting),
    [theRule],
  ],
  [
    "another table",
    `nft add table inet x; nft add chain inet x masq_checks; ${nftRule("ip saddr 10.10.0.2 ip daddr != 10.10.0.0/16 masquerade", "inet x masq_checks")}`,
    [theRule],
  ],
  ["nothing that leads there", `nft flush chain ${postrouting}`, [theLead]],
  [
    "a condition before what leads there",
    `nft flush chain ${postrouting}; nft add rule ${postrouting} ip saddr 10.10.0.2 goto masq_checks`,
    [theLead],
  ],
];

const inGuard = (port: string, chainRule: string, first: string, second: string) =>
  [
    "nft flush table bridge nat",
    `nft add rule bridge nat PREROUTING ${port} jump cni-br-iface-c1-eth0 ${guardComment}`,
    `nft add rule bridge nat cni-br-iface-c1-eth0 ${chainRule} ${guardComment}`,
    `nft add rule bridge nat cni-br-iface-c1-eth0-mac ${first} ${guardComment}`,
    `nft add rule bridge nat cni-br-iface-c1-eth0-mac ${second} ${guardComment}`,
  ].join(" && ");
const toMac = "jump cni-br-iface-c1-eth0-mac";
const ownMac = "ether saddr 02:00:00:00:00:01 return";
const port = "iifname veth0";
const inEntry = /in chain PREROUTING/;
const inChain = /in chain cni-br-iface-c1-eth0 of/;
const inMacChain = /in chain cni-br-iface-c1-eth0-mac/;

const inGuards: readonly NearMiss[] = [
  ["another port", inGuard("iifname veth1", toMac, ownMac, "drop"), [inEntry]],
  ["all ports that begin so", inGuard("iifname 'veth0*'", toMac, ownMac, "drop"), [inEntry]],
  ["all other ports", inGuard("iifname != veth0", toMac, ownMac, "drop"), [inEntry]],
  ["a port by its number", inGuard("iif lo", toMac, ownMac, "drop"), [inEntry]],
  ["a condition more", inGuard(port, `ether type ip ${toMac}`, ownMac, "drop"), [inChain]],
  ["a goto", inGuard(port, "goto cni-br-iface-c1-eth0-mac", ownMac, "drop"), [inChain]],
  ["another MAC", inGuard(port, toMac, "ether saddr 02:00:00:00:00:02 return", "drop"), [inMacChain]],
  ["the receiver's MAC", inGuard(port, toMac, "ether daddr 02:00:00:00:00:01 return", "drop"), [inMacChain]],
  ["nothing dropped", inGuard(port, toMac, ownMac, "accept"), [inMacChain]],
  ["not all dropped", inGuard(port, toMac, ownMac, "ether type ip drop"), [inMacChain]],
];

const ofNetwork = `-m comment --comment 'lxc-cni-d57bc199f27af438, net: simplenet'`;
const networkChain = "LXC-CNI-d57bc199f27af4380f8a";
const replaceForward = (number: number, rule: string) =>
  `iptables -R ${networkChain} ${number} ${rule} ${ofNetwork} -j ACCEPT`;

const inNetwork: readonly NearMiss[] = [
  ["another link", replaceForward(1, "-i cnibr1"), [/-i cnibr0/]],
  ["all links that begin so", replaceForward(1, "-i cnibr0+"), [/-i cnibr0/]],
  ["the other direction", replaceForward(1, "-o cnibr0"), [/-i cnibr0/]],
  [
    "other states",
    replaceForward(2, "-o cnibr0 -m conntrack --ctstate ESTABLISHED"),
    [/RELATED,ESTABLISHED/],
  ],
  [
    "states that are not",
    replaceForward(2, "-o cnibr0 -m conntrack ! --ctstate RELATED,ESTABLISHED"),
    [/RELATED,ESTABLISHED/],
  ],
  [
    "a state and more of a connection",
    replaceForward(2, "-o cnibr0 -m conntrack --ctstate RELATED,ESTABLISHED --ctproto 6"),
    [/RELATED,ESTABLISHED/],
  ],
  [
    "a jump with a condition",
    `iptables -R FORWARD 1 -p tcp ${ofNetwork} -j ${networkChain}`,
    [/in chain FORWARD/],
  ],
];

describeKernelFirewall("what is not quite right is not taken for right", (program) => {
  const all: readonly [string, Kind, readonly NearMiss[]][] = [
    ["iptables", masqueraded("iptables", masquerade.addresses), inIptables],
    ["nft", masqueraded("nftables", masquerade.addresses), inNft],
    ["nft, wherever they are", masqueraded("nftables", masquerade.addresses, handles), inNft],
    ["a guard", guarded(), inGuards],
    ["a network", shared("iptables"), inNetwork],
  ];
  for (const [where, kind, misses] of all) {
    test.for(misses)(`in the rules of ${where}: %s`, async ([, script, missing], { host, skip }) => {
      await useNft(host, skip);
      await program.grant(host, [kind.make]);
      expect(await seen(program, host, kind)).toEqual({ answer: [], commands: [] });
      await host.run(["sh", "-e", "-c", script]);
      const { answer, commands } = await seen(program, host, kind);
      expect(answer).toEqual(missing.map((each) => expect.stringMatching(each)));
      expect(commands).not.toEqual([]);
    });
  }
});

describeKernelFirewall("a removal that the kernel's word is not enough for", (program) => {
  const { make, remove } = masqueraded("iptables", masquerade.addresses);

  test("takes also what others put into the container's chain", async ({ host, skip }) => {
    await useNft(host, skip);
    await program.grant(host, [make, remove]);
    const before = await snapshot(host);
    await program.grant(host, [make]);
    await host.run(["iptables", "-t", "nat", "-A", chain, "-p", "udp", "-j", "RETURN"]);
    const { answer, commands } = await program.watch(host, remove);
    expect(answer).toBeNull();
    expect(commands).toContain("iptables-restore --noflush --wait");
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("says which chain could not be deleted, and why", async ({ host, skip }) => {
    await useNft(host, skip);
    await program.grant(host, [make]);
    const other = ["iptables-restore", "--noflush"];
    await host.run(other, { input: `*nat\n-N X\n-A X -j ${chain}\nCOMMIT\n` });
    const [{ error } = {}] = await program.ask(host, [remove]);
    expect(error).toMatchObject({ code: 101, message: expect.stringContaining(chain) });
    await host.run(["iptables", "-t", "nat", "-F", "X"]);
    await program.grant(host, [remove]);
    expect(await host.run(["iptables", "-t", "nat", "-S"])).not.toContain("CNI-");
  });

  test("leaves another interface of the container its rules", async ({ host, skip }) => {
    await useNft(host, skip);
    const eth1: WrittenAttachment = ["simplenet", "c1", "eth1"];
    const second = { firewall: "iptables", attachment: eth1, addresses: ["10.10.0.3/16"] } as const;
    await program.grant(host, [{ do: "add", ...second }]);
    const before = await snapshot(host);
    await program.grant(host, [make]);
    expect(await program.watch(host, remove)).toMatchObject({ answer: null, commands: [] });
    expect(difference(before, await snapshot(host))).toEqual([]);
    expect(await program.grant(host, [{ do: "missing", ...second }])).toEqual([[]]);
  });
});

/** What is missing of rules, and the commands that were started to find that out. */
async function seen(program: FirewallProgram, host: Host, { ask }: Kind) {
  const { answer, commands } = await program.watch(host, ask);
  return { answer, commands };
}

async function useNft(host: Host, skip: (reason: string) => void): Promise<void> {
  const reason = await missingIptables(host, "nft");
  if (reason !== undefined) skip(reason);
  await useIptables(host, "nft");
}

/** Rules of other containers, as many as the kernel needs several messages to tell of. */
async function makeOthers(host: Host, first = 0): Promise<void> {
  const numbers = Array.from({ length: 120 }, (_, index) => first * 16 + index);
  const lines = numbers.flatMap((number) => {
    const other = `CNI-${String(number).padStart(24, "0")}`;
    const named = `-m comment --comment "name: \\"simplenet\\" id: \\"o${number}\\""`;
    const address = `10.10.${128 + (number >> 8)}.${number & 255}`;
    return [`-N ${other}`, `-A POSTROUTING -s ${address} ${named} -j ${other}`];
  });
  await host.run(["iptables-restore", "--noflush"], { input: `*nat\n${lines.join("\n")}\nCOMMIT\n` });
}

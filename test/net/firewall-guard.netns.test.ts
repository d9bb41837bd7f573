import { describe, expect } from "vitest";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { standIn } from "../fixture/stand-in.ts";
import { test } from "../fixture/test.ts";
import { openPage } from "../formats/page.ts";
import { describeFirewall } from "./firewall.ts";
import {
  arp,
  arrivals,
  frame,
  icmpv6,
  ipv4,
  ipv6,
  ipv6Bytes,
  missingForFrames,
  neighbour,
  tagged,
} from "./frames.ts";
import type { Wish, WrittenAttachment, WrittenGuard } from "./programs/firewall.ts";

const eth0: WrittenAttachment = ["simplenet", "c1", "eth0"];
/** As docs/formats.md has it for this attachment. */
const port = "veth2v54nqsfchr";
const mac = "02:00:00:00:00:01";
const macOnly: WrittenGuard = { attachment: eth0, port, mac };
const withAddresses: WrittenGuard = { ...macOnly, addresses: ["10.10.0.2", "fd00::2"] };

const guard = (wanted: WrittenGuard): Wish => ({ do: "guard", ...wanted });
const missing = (wanted: WrittenGuard): Wish => ({ do: "missing from guard", ...wanted });
const remove = (attachment: WrittenAttachment = eth0): Wish => ({ do: "remove", attachment, known: [] });
const recorded: Wish = { do: "remove", attachment: eth0, known: [], kinds: ["guard"] };
const list = ["nft", "list", "table", "bridge", "nat"];

describeFirewall("a guard", (program) => {
  test("of a MAC is what the Go plugin makes, however often it is put in place", async ({ host }) => {
    for (const again of ["first", "second", "third"]) {
      expect(await program.grant(host, [guard(macOnly)]), again).toEqual([{ effect: "changed" }]);
      const { nftables } = JSON.parse(await host.run(["nft", "--json", ...list.slice(1)]));
      expect(withoutHandles(nftables.slice(1)), again).toEqual(ofReference);
    }
  });

  test("is what docs/formats.md shows", async ({ host }) => {
    const attachment = ["simplenet", "web-qkwznmfy", "eth0"] as const;
    await program.grant(host, [guard({ attachment, port: "veth2v54i77b4w6", mac })]);
    expect((await host.run(list)).split("\n")).toEqual(openPage("formats.md").block("nft-guard"));
  });

  test("is put in place by one command where another one is already", async ({ host }) => {
    await program.grant(host, [
      guard({ ...macOnly, attachment: ["simplenet", "c2", "eth0"], port: "veth7" }),
    ]);
    expect((await program.watch(host, guard(withAddresses))).commands).toEqual(["nft -j -f -"]);
  });

  test("of a port that had one with other values takes its place", async ({ host }) => {
    await program.grant(host, [guard({ ...withAddresses, port: "veth7", mac: "02:00:00:00:00:07" })]);
    await program.grant(host, [guard(macOnly)]);
    const { nftables } = JSON.parse(await host.run(["nft", "--json", ...list.slice(1)]));
    expect(withoutHandles(nftables.slice(1))).toEqual(ofReference);
  });

  for (const [how, removal] of [
    ["that was recorded", recorded],
    ["of which nobody knows", remove()],
  ] as const) {
    test(`${how} is removed, and others' stay`, async ({ host }) => {
      await program.grant(host, [
        guard({ ...withAddresses, attachment: ["simplenet", "c1", "eth1"], port: "veth7" }),
      ]);
      const before = await snapshot(host);
      await program.grant(host, [guard(withAddresses), removal, removal]);
      expect(difference(before, await snapshot(host))).toEqual([]);
    });
  }

  test("is removed as far as it is there", async ({ host }) => {
    await program.grant(host, [guard(macOnly), remove()]);
    const before = await snapshot(host);
    const rests = [
      // Two entries, as two ADDs of the Go plugin leave them.
      `add rule bridge nat PREROUTING iifname "${port}" jump cni-br-iface-c1-eth0 comment "macspoofchk-c1-eth0"`,
      "flush chain bridge nat PREROUTING",
      "flush chain bridge nat PREROUTING; flush chain bridge nat cni-br-iface-c1-eth0; delete chain bridge nat cni-br-iface-c1-eth0",
      "flush chain bridge nat cni-br-iface-c1-eth0; delete chain bridge nat cni-br-iface-c1-eth0-mac",
    ];
    for (const [index, rest] of rests.entries()) {
      for (const removal of [recorded, remove()]) {
        await program.grant(host, [guard(withAddresses)]);
        await host.run(["nft", rest]);
        await program.grant(host, [removal]);
        expect(difference(before, await snapshot(host)), `rest ${index}`).toEqual([]);
      }
    }
  });

  test("is taken back by the call that made it, and by no other one", async ({ host }) => {
    const other = { ...macOnly, mac: "02:00:00:00:00:07" };
    await program.grant(host, [guard(macOnly), remove()]);
    const before = await snapshot(host);
    await program.grant(host, [guard(other)]);
    const guarded = await snapshot(host);
    await program.grant(host, [{ do: "take back guard", ...macOnly }]);
    expect(difference(guarded, await snapshot(host))).toEqual([]);
    await program.grant(host, [{ do: "take back guard", ...other }]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("of which something is missing says what", async ({ host }) => {
    expect(await program.grant(host, [missing(macOnly)])).toEqual([
      Array(4).fill(expect.stringContaining("macspoofchk-c1-eth0")),
    ]);
    await program.grant(host, [guard(withAddresses)]);
    expect(await program.grant(host, [missing(withAddresses), missing(macOnly)])).toEqual([[], []]);
    expect(await program.grant(host, [missing({ ...macOnly, mac: "02:00:00:00:00:07" })])).toEqual([
      ['rule "macspoofchk-c1-eth0" in chain cni-br-iface-c1-eth0-mac of table bridge nat'],
    ]);
    expect(
      await program.grant(host, [missing({ ...withAddresses, addresses: ["10.10.0.3", "fd00::2"] })]),
    ).toEqual([
      [
        'rule "lxc-cni: IPv4 from 10.10.0.3" in chain cni-br-iface-c1-eth0 of table bridge nat',
        'rule "lxc-cni: ARP from 10.10.0.3" in chain cni-br-iface-c1-eth0 of table bridge nat',
      ],
    ]);
  });

  test("has names that nft can have, also for a container whose id is long, and an odd interface", async ({
    host,
  }) => {
    await program.grant(host, [guard(macOnly), remove()]);
    const before = await snapshot(host);
    const attachments: WrittenAttachment[] = [
      ["simplenet", "c".repeat(109), "eth0"],
      ["simplenet", "c".repeat(111), "eth0"],
      ["simplenet", "c".repeat(112), "eth0"],
      ["simplenet", "c".repeat(250), "eth0"],
      ...["a'b", 'a"b', "a\\b", "$(id)", "-j", "größe", "a;b", "{x}", "a,b"].map(
        (name): WrittenAttachment => ["simplenet", "c1", name],
      ),
    ];
    for (const attachment of attachments) {
      const odd = { ...withAddresses, attachment };
      expect(await program.grant(host, [guard(odd), missing(odd), guard(odd)]), String(attachment)).toEqual([
        { effect: "changed" },
        [],
        { effect: "changed" },
      ]);
      await program.grant(host, [remove(attachment)]);
      expect(difference(before, await snapshot(host)), String(attachment)).toEqual([]);
    }
  });

  test("that nft refuses is a failure in its words, and nothing stays", async ({ host }) => {
    const before = await snapshot(host);
    const mend = await standIn(host, "nft", () => ["echo 'Error: Operation not supported' >&2", "exit 1"]);
    const [answer] = await program.ask(host, [guard(macOnly)]);
    expect(answer?.answer).toMatchObject({ failure: expect.stringContaining("Operation not supported") });
    expect(await program.grant(host, [{ do: "why guards unusable" }])).toEqual(["Operation not supported"]);
    await mend();
    expect(await program.grant(host, [{ do: "why guards unusable" }])).toEqual([null]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("is collected when its port's attachment is not valid, and no other one", async ({ host }) => {
    const ofOtherNetwork = {
      ...macOnly,
      attachment: ["othernet", "c9", "eth0"],
      port: "vethabcdefghijk",
    } as const;
    const ofGo = { ...macOnly, attachment: ["simplenet", "c8", "eth0"], port: "veth1a2b3c4d" } as const;
    const valid = { ...macOnly, attachment: ["simplenet", "c2", "eth0"], port: "veth2v54c5qfrsa" } as const;
    await program.grant(host, [ofOtherNetwork, ofGo, valid].map(guard));
    const before = await snapshot(host);
    await program.grant(host, [guard(withAddresses)]);
    await program.grant(host, [
      {
        do: "collect",
        network: "simplenet",
        valid: [
          ["c1", "eth0"],
          ["c2", "eth0"],
        ],
      },
    ]);
    expect(await program.grant(host, [missing(withAddresses)])).toEqual([[]]);
    await program.grant(host, [
      {
        do: "collect",
        network: "simplenet",
        valid: [
          ["c2", "eth0"],
          ["c1", "eth1"],
        ],
      },
    ]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  describe("of a port of a bridge", () => {
    test("lets only the container's MAC send", async ({ host, skip }) => {
      const reason = await missingForFrames(host);
      if (reason !== undefined) skip(reason);
      const { c1, c2 } = await bridged(host);
      await program.grant(host, [guard(macOnly)]);
      const own = (name: string, content: number[]) => frame(name, { from: mac, to: other.mac }, content);
      const spoofed = (name: string, content: number[]) =>
        frame(name, { from: "02:00:00:00:00:07", to: other.mac }, content);
      const arrived = await arrivals(
        host,
        c1,
        c2,
        [
          own("any IPv4", ipv4([192, 0, 2, 1], other.ip)),
          own("any ARP", arp("reply", { mac: "02:00:00:00:00:07", ip: [192, 0, 2, 1] }, other)),
          spoofed("a spoofed MAC", ipv4(self.ip, other.ip)),
          spoofed("a spoofed MAC in ARP", arp("request", self, other)),
        ],
        own("end", ipv4(self.ip, other.ip)),
      );
      expect(arrived).toEqual(["any IPv4", "any ARP"]);
    });

    test("lets the container use its addresses, and no others", async ({ host, skip }) => {
      const reason = await missingForFrames(host);
      if (reason !== undefined) skip(reason);
      const { c1, c2 } = await bridged(host);
      await program.grant(host, [guard(withAddresses)]);
      const passing = framesThatPass();
      const stopped = framesThatAreStopped();
      const end = frame("end", { from: mac, to: other.mac }, ipv4(self.ip, other.ip));
      const arrived = await arrivals(host, c1, c2, [...passing, ...stopped], end);
      expect(arrived).toEqual(passing.map(({ name }) => name));
      // All of them arrive where there is no guard: it is not for another reason that they do not.
      await program.grant(host, [remove()]);
      const all = await arrivals(host, c1, c2, [...passing, ...stopped], end);
      expect(all).toEqual([...passing, ...stopped].map(({ name }) => name));
    });

    test("does not get in the way of what the kernel sends", async ({ host }) => {
      const { c1 } = await bridged(host);
      await program.grant(host, [guard(withAddresses)]);
      await c1.run(["ping", "-c1", "-W2", "10.10.0.3"]);
      await c1.run(["ping", "-c1", "-W2", "fd00::3"]);
      const linkLocal = "fe80::ff:fe00:3%eth0";
      await expect
        .poll(async () => (await c1.attempt(["ping", "-c1", "-W1", linkLocal])).status, { timeout: 10_000 })
        .toBe(0);
      await c1.run(["ip", "address", "add", "10.10.0.9/16", "dev", "eth0"]);
      await c1.run(["ip", "address", "add", "fd00::9/64", "dev", "eth0", "nodad"]);
      expect((await c1.attempt(["ping", "-c1", "-W1", "-I", "10.10.0.9", "10.10.0.3"])).status).toBe(1);
      expect((await c1.attempt(["ping", "-c1", "-W1", "-I", "fd00::9", "fd00::3"])).status).toBe(1);
      await c1.run(["ping", "-c1", "-W2", "-I", "10.10.0.2", "10.10.0.3"]);
    });
  });
});

const self = { mac, ip: [10, 10, 0, 2] };
const other = { mac: "02:00:00:00:00:03", ip: [10, 10, 0, 3] };
const own6 = ipv6Bytes("fd00::2");
const own6LinkLocal = ipv6Bytes("fe80::ff:fe00:1");
const spoofed6 = ipv6Bytes("fd00::7");
const other6 = ipv6Bytes("fd00::3");
const allNodes = ipv6Bytes("ff02::1");
const none6 = ipv6Bytes("::");

function framesThatPass() {
  const own = (name: string, content: number[]) => frame(name, { from: mac, to: other.mac }, content);
  return [
    own("IPv4", ipv4(self.ip, other.ip)),
    own("an ARP request", arp("request", self, { ...other, mac: "00:00:00:00:00:00" })),
    own("an ARP reply", arp("reply", self, other)),
    own("an ARP announcement", arp("request", self, { ...self, mac: "00:00:00:00:00:00" })),
    own("an ARP probe", arp("request", { mac, ip: [0, 0, 0, 0] }, self)),
    own("IPv6", ipv6(own6, other6)),
    own("IPv6 from the link-local address", ipv6(own6LinkLocal, other6)),
    own("a solicitation", ipv6(own6, other6, neighbour(135, other6))),
    own("an advertisement", ipv6(own6, other6, neighbour(136, own6))),
    own(
      "an advertisement of the link-local address",
      ipv6(own6LinkLocal, allNodes, neighbour(136, own6LinkLocal)),
    ),
    own("an advertisement by the other address", ipv6(own6LinkLocal, allNodes, neighbour(136, own6))),
    own("DAD", ipv6(none6, ipv6Bytes("ff02::1:ff00:2"), neighbour(135, own6))),
    own(
      "DAD of the link-local address",
      ipv6(none6, ipv6Bytes("ff02::1:ff00:1"), neighbour(135, own6LinkLocal)),
    ),
    own("MLD without an address", ipv6(none6, ipv6Bytes("ff02::16"), icmpv6(143))),
    own("MLD", ipv6(own6LinkLocal, ipv6Bytes("ff02::16"), icmpv6(143))),
  ];
}

function framesThatAreStopped() {
  const foreign = "02:00:00:00:00:07";
  const spoofed = { mac, ip: [10, 10, 0, 7] };
  const own = (name: string, content: number[]) => frame(name, { from: mac, to: other.mac }, content);
  // Hop-by-hop options (RFC 8200, section 4.3): nothing but padding, and ICMPv6 behind.
  const [icmp = 58, ...advertisement] = neighbour(136, spoofed6);
  const behindOptions = [0, icmp, 0, 1, 4, 0, 0, 0, 0, ...advertisement];
  return [
    frame("a spoofed MAC", { from: foreign, to: other.mac }, ipv4(self.ip, other.ip)),
    own("a spoofed IPv4 source", ipv4(spoofed.ip, other.ip)),
    own("no IPv4 source", ipv4([0, 0, 0, 0], [255, 255, 255, 255])),
    own("a spoofed ARP sender", arp("reply", spoofed, other)),
    own("a spoofed ARP request", arp("request", spoofed, other)),
    own("a spoofed MAC in ARP", arp("reply", { ...self, mac: foreign }, other)),
    own("a spoofed MAC in an ARP probe", arp("request", { mac: foreign, ip: [0, 0, 0, 0] }, self)),
    own("an ARP reply of no address", arp("reply", { mac, ip: [0, 0, 0, 0] }, other)),
    own("a spoofed IPv6 source", ipv6(spoofed6, other6)),
    own("a spoofed link-local source", ipv6(ipv6Bytes("fe80::7"), other6)),
    own("no IPv6 source", ipv6(none6, allNodes)),
    own("a spoofed advertisement", ipv6(own6, other6, neighbour(136, spoofed6))),
    own("a spoofed advertisement to all", ipv6(own6LinkLocal, allNodes, neighbour(136, spoofed6))),
    own("a spoofed advertisement behind options", ipv6(own6, other6, behindOptions)),
    own("an advertisement from a spoofed source", ipv6(spoofed6, other6, neighbour(136, own6))),
    own("a solicitation from a spoofed source", ipv6(spoofed6, other6, neighbour(135, other6))),
    own("DAD of another's address", ipv6(none6, ipv6Bytes("ff02::1:ff00:3"), neighbour(135, other6))),
    own("an advertisement without a source", ipv6(none6, allNodes, neighbour(136, own6))),
    own("a router solicitation without a source", ipv6(none6, ipv6Bytes("ff02::2"), icmpv6(133))),
    own("RARP", [0x80, 0x35, ...arp("request", self, other).slice(2)]),
    own("another type", [0x88, 0xb5, 1, 2, 3, 4]),
    own("IPX in a frame with a length", [0, 30, 0xff, 0xff, ...Array<number>(28).fill(0)]),
    own("IPv4 in a VLAN", tagged(5, ipv4(self.ip, other.ip))),
    own("a spoofed IPv4 source in a VLAN", tagged(5, ipv4(spoofed.ip, other.ip))),
    own("IPv4 with a priority tag", tagged(0, ipv4(self.ip, other.ip))),
    own("ARP in a VLAN", tagged(5, arp("reply", self, other))),
    own("IPv6 in a VLAN", tagged(5, ipv6(own6, other6))),
    own("an advertisement in a VLAN", tagged(5, ipv6(own6, other6, neighbour(136, own6)))),
    own("IPv4 in a VLAN in a VLAN", [0x88, 0xa8, 0, 5, ...tagged(5, ipv4(self.ip, other.ip))]),
  ];
}

/** Two containers on a bridge: `c1`, whose port is to be guarded, and `c2`. */
async function bridged(host: Host): Promise<{ c1: Container; c2: Container }> {
  const [c1, c2] = [await host.container("c1"), await host.container("c2")];
  await host.run(["ip", "link", "add", "br0", "type", "bridge"]);
  await host.run(["ip", "link", "set", "br0", "up"]);
  await plug(host, c1, { port, ...self, ip6: "fd00::2" });
  await plug(host, c2, { port: "veth2", ...other, ip6: "fd00::3" });
  return { c1, c2 };
}

interface Plug {
  readonly port: string;
  readonly mac: string;
  readonly ip: readonly number[];
  readonly ip6: string;
}

async function plug(
  host: Host,
  container: Container,
  { port: name, mac: address, ip, ip6 }: Plug,
): Promise<void> {
  const peer = ["type", "veth", "peer", "name", "eth0", "address", address, "netns", container.id];
  await host.run(["ip", "link", "add", name, "master", "br0", "up", ...peer]);
  await container.run(["ip", "address", "add", `${ip.join(".")}/16`, "dev", "eth0"]);
  await container.run(["ip", "address", "add", `${ip6}/64`, "dev", "eth0", "nodad"]);
  await container.run(["ip", "link", "set", "eth0", "up"]);
}

const inTable = { family: "bridge", table: "nat" };
const comment = "macspoofchk-c1-eth0";
const [chain, macChain] = ["cni-br-iface-c1-eth0", "cni-br-iface-c1-eth0-mac"];

/** What the reference makes (plugins/pkg/link/spoofcheck_test.go), in the order in which nft lists it. */
const ofReference = [
  { table: { family: "bridge", name: "nat" } },
  {
    chain: {
      ...{ ...inTable, name: "PREROUTING", type: "filter", hook: "prerouting", prio: -300, policy: "accept" },
    },
  },
  { chain: { ...inTable, name: chain } },
  { chain: { ...inTable, name: macChain } },
  {
    rule: {
      ...{ ...inTable, chain: "PREROUTING", comment },
      expr: [
        { match: { op: "==", left: { meta: { key: "iifname" } }, right: port } },
        { jump: { target: chain } },
      ],
    },
  },
  { rule: { ...inTable, chain, comment, expr: [{ jump: { target: macChain } }] } },
  {
    rule: {
      ...{ ...inTable, chain: macChain, comment },
      expr: [
        { match: { op: "==", left: { payload: { protocol: "ether", field: "saddr" } }, right: mac } },
        { return: null },
      ],
    },
  },
  { rule: { ...inTable, chain: macChain, comment, expr: [{ drop: null }] } },
];

function withoutHandles(nftables: unknown): unknown {
  return JSON.parse(JSON.stringify(nftables, (key, value) => (key === "handle" ? undefined : value)));
}

import { describe, expect } from "vitest";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { standIn } from "../fixture/stand-in.ts";
import { test } from "../fixture/test.ts";
import { openPage } from "../formats/page.ts";
import { describeFirewall } from "./firewall.ts";
import { arp, arrivals, frame, ipv4, missingForFrames } from "./frames.ts";
import { bridged, mac, other, port, self } from "./guarded.ts";
import { framesThatAreStopped, framesThatPass } from "./guarded-frames.ts";
import type { Wish, WrittenAttachment, WrittenGuard } from "./programs/firewall.ts";
import { ofReference } from "./reference-guard.ts";

const eth0: WrittenAttachment = ["simplenet", "c1", "eth0"];
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
      await expect.poll(async () => (await c1.attempt(["ping", "-c1", "-W1", linkLocal])).status).toBe(0);
      await c1.run(["ip", "address", "add", "10.10.0.9/16", "dev", "eth0"]);
      await c1.run(["ip", "address", "add", "fd00::9/64", "dev", "eth0", "nodad"]);
      expect((await c1.attempt(["ping", "-c1", "-W1", "-I", "10.10.0.9", "10.10.0.3"])).status).toBe(1);
      expect((await c1.attempt(["ping", "-c1", "-W1", "-I", "fd00::9", "fd00::3"])).status).toBe(1);
      await c1.run(["ping", "-c1", "-W2", "-I", "10.10.0.2", "10.10.0.3"]);
    });
  });
});

function withoutHandles(nftables: unknown): unknown {
  return JSON.parse(JSON.stringify(nftables, (key, value) => (key === "handle" ? undefined : value)));
}

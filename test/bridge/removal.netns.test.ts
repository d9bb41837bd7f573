import { expect } from "vitest";
import { refusalOf, resultOf, succeeded } from "../fixture/answer.ts";
import { hide } from "../fixture/hide.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { standIn } from "../fixture/stand-in.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const pingGateway = ["ping", "-c1", "-W2", "10.10.0.1"];

/** The recipe, as a runtime passes it to DEL when it remembers an address. */
const remembering = (address: string) => ({
  ...recipe,
  cniVersion: "1.0.0",
  prevResult: { cniVersion: "1.0.0", ips: [{ address }] },
});

describeVariants("DEL", (variant) => {
  test("of an interface keeps the rules of another one, whose address prevResult names", async ({ host }) => {
    const c1 = await host.container("c1");
    const empty = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    const before = await snapshot(host);
    succeeded(await simplenet.add(c1, { ifname: "eth1" }));
    const misled = networkOn(host, variant, remembering("10.10.0.2/16"));
    succeeded(await misled.del(c1, { ifname: "eth1" }));
    expect(difference(before, await snapshot(host))).toEqual([]);
    succeeded(await simplenet.del(c1));
    expect(difference(empty, await snapshot(host))).toEqual([]);
  });

  test("removes the rules also where prevResult names an address of the other family only", async ({
    host,
  }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    succeeded(await networkOn(host, variant, recipe).add(c1));
    succeeded(await networkOn(host, variant, remembering("fd00::9/64")).del(c1));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("leaves a link of somebody else alone that has the port's name as another name", async ({ host }) => {
    const c1 = await host.container("c1");
    const simplenet = networkOn(host, variant, recipe);
    const [, port] = resultOf(await simplenet.add(c1)).interfaces ?? [];
    succeeded(await simplenet.del(c1));
    await host.run(["ip", "link", "add", "other", "type", "veth", "peer", "name", "its-peer"]);
    await host.run(["ip", "link", "property", "add", "dev", "other", "altname", port?.name ?? ""]);
    const before = await snapshot(host);
    expect(refusalOf(await simplenet.add(c1))).toMatchObject({ code: 100 });
    succeeded(await simplenet.del(c1));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("of an IPv4 network needs no ip6tables that works", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    for (const program of ["ip6tables", "ip6tables-restore"]) {
      await standIn(host, program, () => ["echo \"can't initialize ip6tables table `nat'\" >&2", "exit 1"]);
    }
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    succeeded(await simplenet.del(c1, { netns: "" }));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("holds no lock any more when it has answered, whatever the kernel is still at", async ({ host }) => {
    const c1 = await host.container("c1");
    const simplenet = networkOn(host, variant, recipe);
    for (let round = 0; round < 5; round++) {
      succeeded(await simplenet.add(c1));
      succeeded(await simplenet.del(c1));
      // One command for all locks: none of them is held by somebody who has a moment to let go.
      const tryAll = 'for lock; do flock --nonblock "$lock" true || echo "$lock is held"; done';
      const locks = await host.run(["bash", "-c", "echo /run/lxc-cni/locks/* /var/lib/cni/networks/*/lock"]);
      expect(await host.run(["bash", "-c", tryAll, "bash", ...locks.split(" ")])).toBe("");
    }
  });

  for (const backend of ["iptables", "nftables"] as const) {
    test(`removes rules by ${backend} of a host that has no commands for them any more`, async ({ host }) => {
      const c1 = await host.container("c1");
      // The tables that commands make at their first use stay.
      await host.runAll([
        ["iptables-nft", "-t", "nat", "-S"],
        ["ip6tables-nft", "-t", "nat", "-S"],
      ]);
      const ranges = [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]];
      const simplenet = networkOn(host, variant, {
        ...{ ...recipe, cniVersion: "1.0.0", ipMasqBackend: backend, macspoofchk: true },
        ipam: { type: "host-local", ranges },
      });
      succeeded(await simplenet.add(c1));
      succeeded(await simplenet.del(c1));
      const before = await snapshot(host);
      for (const isRecorded of [true, false]) {
        succeeded(await simplenet.add(c1));
        if (!isRecorded) await host.run(["rm", "-r", "/run/lxc-cni/attachments"]);
        const shows = [await hide(host, "iptables"), await hide(host, "nft")];
        const deleted = await simplenet.del(c1);
        for (const show of shows) await show();
        succeeded(deleted);
        if (variant.environment.LXC_CNI_LINKS !== undefined) {
          expect(deleted.errors).toContain("is not installed: rules that it has made before, if any, stay");
          succeeded(await simplenet.del(c1));
        } else {
          expect(deleted.errors).toBe("");
        }
        expect(difference(before, await snapshot(host))).toEqual([]);
      }
    });
  }

  // Node.js has no means to have a command end with the process that started it.
  if (variant.directory.endsWith("/js")) return;

  test("of an ADD that was killed while it added rules is the end of it", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    const restore = await holdRestore(host);
    const adding = simplenet.add(c1);
    await restore.killCaller();
    expect((await adding).status).toBe(137);
    succeeded(await simplenet.del(c1));
    await restore.goOn();
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  // With netlink, rules are deleted by a message, which the kernel takes as a whole.
  if (variant.environment.LXC_CNI_LINKS !== "iproute2") return;

  test("that was killed while it removed rules removes none of the next ADD", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    const restore = await holdRestore(host);
    const deleting = simplenet.del(c1);
    await restore.killCaller();
    expect((await deleting).status).toBe(137);
    succeeded(await simplenet.add(c1));
    const rules = await host.run(["iptables", "-t", "nat", "-S"]);
    expect(rules).toMatch(/ -j MASQUERADE$/m);
    await restore.goOn();
    expect(await host.run(["iptables", "-t", "nat", "-S"])).toBe(rules);
    await c1.run(pingGateway);
    succeeded(await simplenet.del(c1));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

/** An iptables-restore that waits before it does anything. */
interface HeldRestore {
  /** Waits until it runs, and kills the process that started it. Others run as ever from now on. */
  killCaller(): Promise<void>;
  /** Has it go on, and waits until it is gone. */
  goOn(): Promise<void>;
}

async function holdRestore(host: Host): Promise<HeldRestore> {
  const [gate, note] = ["/mnt/gate", "/mnt/held"];
  await host.run(["mkfifo", gate]);
  const remove = await standIn(host, "iptables-restore", (real) => [
    `echo $$ $PPID > ${note}`,
    `read -r word < ${gate}`,
    `exec ${real} "$@"`,
  ]);
  let held = "";
  return {
    killCaller: async () => {
      const noted = async () => (await host.attempt(["cat", note])).output.trim();
      await expect.poll(noted).toMatch(/^\d+ \d+$/);
      const [self = "", caller = ""] = (await noted()).split(" ");
      held = self;
      await remove();
      await host.run(["kill", "-KILL", caller]);
    },
    goOn: async () => {
      // Opened for both, a pipe waits for nobody; what is written stays in it as long as somebody has it open.
      await host.run(["sh", "-c", `echo go 1<> ${gate}`]);
      const isThere = async () => (await host.attempt(["test", "-e", `/proc/${held}/ns/net`])).status === 0;
      await expect.poll(isThere).toBe(false);
    },
  };
}

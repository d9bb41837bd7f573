import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { networkCases } from "../fixture/networks.ts";
import { segmentsOf } from "../system/elf.ts";
import { arm64Machines, native, type Prepared, pathOf, prepare } from "./arm64.ts";
import { withResult } from "./networks.ts";
import { reaches, settleAddresses } from "./reach.ts";
import { testInMachine } from "./test.ts";
import { linksOn } from "./vlans.ts";

/** Where the image stands: scripts/build/image.mjs. */
const imageAddress = 0x10000000;

/** Built for the first machine, kept for the second. */
let scratch: string | undefined;
let prepared: Promise<Prepared | string> | undefined;

async function prepareOnce(): Promise<Prepared | string> {
  scratch ??= await mkdtemp(join(tmpdir(), "lxc-cni-arm64-"));
  prepared ??= prepare(scratch);
  return prepared;
}

beforeAll(prepareOnce, 300_000);

afterAll(async () => {
  if (scratch !== undefined) await rm(scratch, { recursive: true });
});

for (const { kind, page } of arm64Machines) {
  describe(`arm64 with pages of ${page} KiB`, { timeout: 90_000 }, () => {
    const test = testInMachine(async () => {
      const needed = await prepareOnce();
      return typeof needed === "string" ? needed : { kind, copies: needed.copies };
    });

    test("is what the kernel is for", async ({ host }) => {
      expect(await host.run(["uname", "-m"])).toBe("aarch64");
      const [, size] = /KernelPageSize: +(\d+) kB/.exec(await host.run(["cat", "/proc/self/smaps"])) ?? [];
      expect(Number(size)).toBe(page);
    });

    test("has a system that behaves as written down", async ({ host }) => {
      const expected = new URL("../system/conformance.expected.txt", import.meta.url);
      const { status, output, errors } = await host.attempt(["sh", "-ec", conformance], { deadline: 60_000 });
      expect(errors).toBe("");
      expect(output).toBe(await readFile(expected, "utf8"));
      expect(status).toBe(7);
    });

    test("makes the image that the emulator made when the executable was built", async ({ host }) => {
      const needed = await prepareOnce();
      if (typeof needed === "string") return;
      const executable = await readFile(needed.copies[pathOf("evaluated")] ?? "");
      const image = segmentsOf(executable).find(({ address }) => address === imageAddress);
      const bytes = executable.subarray(image?.offset, (image?.offset ?? 0) + (image?.size ?? 0));
      const sum = createHash("sha256").update(bytes).digest("hex");
      // With the stack, and all else that is not the image, in other places than the emulator has them.
      await host.run(["sh", "-c", "echo 2 > /proc/sys/kernel/randomize_va_space"]);
      expect(await host.run(["sh", "-c", `${pathOf("evaluated")}.maker evaluated | sha256sum`])).toBe(
        `${sum}  -`,
      );
      await host.run(["sh", "-c", "echo 0 > /proc/sys/kernel/randomize_va_space"]);
    });

    const { nftables, dualStack } = networkCases;
    // What rules are made with does not depend on the size of pages.
    for (const { what, configuration, gateways } of page === 4 ? [nftables, dualStack] : [dualStack]) {
      test(`has bridge add, check and delete: ${what}`, async ({ host }) => {
        const network = networkOn(host, native, configuration);
        const c1 = await host.container("c1");
        let before = "";
        // The first DEL leaves the bridge, and chains that all containers share.
        for (const round of [1, 2]) {
          const added = await network.add(c1);
          const result = withResult(configuration, added);
          await settleAddresses(host, "cnibr0");
          for (const gateway of gateways) expect(await reaches(c1, gateway), gateway).toBe(true);
          succeeded(await network.call("CHECK", c1, result));
          await c1.run(["ip", "address", "flush", "dev", "eth0"]);
          expect(refusalOf(await network.call("CHECK", c1, result)).msg).toContain("eth0");
          succeeded(await network.del(c1, result));
          expect([...(await linksOn(host)).keys()]).toEqual(["cnibr0"]);
          expect(await leasesOn(host)).toEqual([]);
          if (round === 1) before = await rulesOn(host);
          else expect(await rulesOn(host)).toBe(before);
        }
      });
    }

    test("has the package installed, containers of LXC networked, and the package removed", async ({
      host,
    }) => {
      await host.run(["sh", "-ec", newSystem]);
      await host.run(["sh", "-c", "dpkg --no-triggers --install /mnt/packages/lxc-cni_*_arm64.deb"]);
      await host.run(["sh", "-ec", busyboxContainer]);
      await host.run(["lxc-cni", "network", "create", "net", "--subnet", "10.10.0.0/16"]);
      await host.run(["lxc-cni", "enable", "web", "net"]);
      for (const _start of [1, 2]) {
        await host.run(["lxc-start", "--name", "web", "--logfile", "/run/log"]);
        expect(await host.run(["lxc-cni", "ls"])).toMatch(/web .*10\.10\.0\.\d+\/16 .* ok/);
        const inside = ["lxc-attach", "--name", "web", "--", "/bin/busybox"];
        await host.run([...inside, "ping", "-c", "1", "-w", "10", "10.10.0.1"]);
        await host.run(["lxc-cni", "check"]);
        await host.run(["lxc-stop", "--name", "web", "--kill"]);
        await expect.poll(async () => (await linksOn(host)).size).toBe(1);
        await expect.poll(() => leasesOn(host)).toEqual([]);
      }
      await host.run(["dpkg", "--purge", "lxc-cni"]);
      expect((await host.attempt(["sh", "-c", "lxc-cni version"])).status).toBe(127);
    });

    if (page !== 4) return;

    test.for(["native-functions", "limits", "evaluated"] as const)(
      "has programs print what they do elsewhere: %s",
      async (program, { host }) => {
        const needed = await prepareOnce();
        if (typeof needed === "string") return;
        const words = [program === "limits" ? "/tmp/lxc-cni-arm64-large" : String(Date.now())];
        const printed = await host.run([pathOf(program), ...words], { deadline: 60_000 });
        expect(`${printed}\n`).toBe(needed.printedHere(program, words).stdout);
      },
    );

    test("has host-local give 72 addresses, to 24 calls at once, index them, and take them back", async ({
      host,
    }) => {
      const { name, ipam } = networkCases.plain.configuration;
      await host.write("/run/network", JSON.stringify({ cniVersion: "1.1.0", name, ipam }));
      const callAll = (verb: string) => host.run(["sh", "-ec", manyCalls, "sh", verb], { deadline: 60_000 });
      const addresses = [...(await callAll("ADD")).matchAll(/"address": ?"([^"]*)"/g)].map(
        ([, address]) => address,
      );
      expect(addresses).toHaveLength(72);
      expect(new Set(addresses).size).toBe(72);
      expect(await leasesOn(host)).toHaveLength(72);
      expect(await host.run(["ls", "/var/lib/lxc-cni/index"])).toContain(name);
      await callAll("CHECK");
      await callAll("DEL");
      expect(await leasesOn(host)).toEqual([]);
    });
  });
}

const manyCalls = `
export CNI_COMMAND=$1 CNI_NETNS=/run/netns/none CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
for start in 1 25 49; do
  calls=
  for id in $(seq $start $((start + 23))); do
    CNI_CONTAINERID=c$id /opt/cni/bin/host-local < /run/network > /run/answer-$id &
    calls="$calls $!"
  done
  for call in $calls; do wait $call; done
done
cat /run/answer-*
`;

/** What test/system gives the conformance test on this machine: two namespaces, and a file that is being written. */
const conformance = `
ip netns add first
ip netns add second
mkdir -p /tmp/conformance
cd /tmp/conformance
mkdir scratch
cp /usr/bin/true scratch-busy
exec 4<> scratch-busy
export ILL_FORMED="$(printf 'x\\377y')" EMPTY=
umask 022
unshare --mount bash -c 'exec 4>&- 3< /dev/null "$@"' bash \\
  ${pathOf("conformance")} /tmp/conformance/scratch /run/netns/first /run/netns/second /tmp/conformance/scratch-busy "" "a b" €
`;

/** What installed systems have. */
const newSystem = `
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /var/lib/dpkg/triggers
touch /var/lib/dpkg/status /var/lib/dpkg/available
mount -t cgroup2 none /sys/fs/cgroup
`;

const busyboxContainer = `
root=/var/lib/lxc/web/rootfs
mkdir -p $root/bin $root/proc $root/sys $root/dev $root/etc
cp /usr/bin/busybox $root/bin/busybox
cat > /var/lib/lxc/web/config << CONFIG
lxc.uts.name = web
lxc.rootfs.path = dir:$root
lxc.init.cmd = /bin/busybox sleep 1000
lxc.apparmor.profile = unconfined
CONFIG
`;

async function rulesOn(host: Host): Promise<string> {
  return await host.run(["nft", "--stateless", "list", "ruleset"]);
}

async function leasesOn(host: Host): Promise<string[]> {
  const found = await host.run(["find", "/var/lib/cni/networks", "-name", "*.*.*.*"]);
  return found === "" ? [] : found.split("\n");
}

import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { networkCases } from "../fixture/networks.ts";
import { attachOutside } from "../fixture/outside.ts";
import { missingForRootlessHosts, test } from "../fixture/rootless.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { missing, type Variant, variants } from "../fixture/variants.ts";
import { check } from "../fixture/verbs.ts";

/** The native executables: Node.js itself may lie where an ordinary user cannot read it. */
const native = variants.filter(({ directory }) => directory.endsWith("/bin"));

const reason =
  (await missingForRootlessHosts()) ?? native.map(missing).find((problem) => problem !== undefined);

/** A copy of the plugins that everybody can read, wherever this checkout is. */
let copy = "";
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "lxc-cni-userns-"));
  chmodSync(copy, 0o755);
  const [directory] = native.map((variant) => variant.directory);
  if (directory !== undefined && existsSync(directory)) cpSync(directory, copy, { recursive: true });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

for (const { name, environment } of native) {
  describe(`in a user namespace of an ordinary user [${name}]`, () => {
    beforeEach(({ skip }) => {
      if (reason !== undefined) skip(reason);
    });
    const variantOf = (): Variant => ({ name, environment, directory: copy });

    for (const { what, configuration, gateways } of [networkCases.iptables, networkCases.nftables]) {
      test(`ADD, CHECK and DEL work, ${what}`, async ({ host }) => {
        const outside = await attachOutside(host);
        const c1 = await host.container("c1");
        const before = await snapshot(host);
        const simplenet = networkOn(host, variantOf(), configuration);
        const added = await simplenet.add(c1);
        succeeded(added);
        for (const address of [...gateways, outside.address]) await c1.run(ping(address));
        expect(await outside.sources()).toEqual([outside.hostAddress]);
        succeeded(await check(simplenet, configuration, c1, added));
        succeeded(await simplenet.del(c1));
        expect(difference(before, await snapshot(host))).toEqual([]);
      });
    }
  });

  describe(`where /proc/sys and /run are read-only [${name}]`, () => {
    beforeEach(({ skip }) => {
      if (reason !== undefined) skip(reason);
    });
    const variantOf = (): Variant => ({ name, environment, directory: copy });
    const { configuration, gateways } = networkCases.iptables;

    test("a network that needs nothing of them works", async ({ host }) => {
      const [c1, c2] = [await host.container("c1"), await host.container("c2")];
      await makeReadOnly(host);
      const before = await snapshot(host);
      const quiet = { ...configuration, isDefaultGateway: false, ipMasq: false };
      const simplenet = networkOn(host, variantOf(), quiet);
      const added = await simplenet.add(c1);
      succeeded(added);
      succeeded(await simplenet.add(c2));
      await c1.run(ping("10.10.0.3"));
      succeeded(await check(simplenet, quiet, c1, added));
      succeeded(await simplenet.del(c1));
      succeeded(await simplenet.del(c2));
      expect(difference(before, await snapshot(host))).toEqual([]);
    });

    test("a gateway works when the host forwards already", async ({ host, skip }) => {
      const version = await host.run(["iptables", "--version"]);
      if (version.includes("legacy")) skip("the legacy kind of iptables needs a lock in /run");
      const outside = await attachOutside(host);
      const c1 = await host.container("c1");
      await host.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
      await makeReadOnly(host);
      const before = await snapshot(host);
      const simplenet = networkOn(host, variantOf(), configuration);
      const added = await simplenet.add(c1);
      succeeded(added);
      for (const address of [...gateways, outside.address]) await c1.run(ping(address));
      succeeded(await check(simplenet, configuration, c1, added));
      succeeded(await simplenet.del(c1));
      expect(difference(before, await snapshot(host))).toEqual([]);
    });

    test("a gateway on a host that does not forward is refused, with the key, and leaves nothing", async ({
      host,
    }) => {
      const c1 = await host.container("c1");
      await host.run(["sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"]);
      await makeReadOnly(host);
      const before = await snapshot(host);
      const simplenet = networkOn(host, variantOf(), { ...configuration, ipMasq: false });
      const { code, msg } = refusalOf(await simplenet.add(c1));
      expect(code).toBe(100);
      expect(msg).toMatch(/\/proc\/sys\/net\/ipv4\/ip_forward.*(EROFS|[Rr]ead-only)/);
      expect(difference(before, await snapshot(host))).toEqual([]);
      succeeded(await simplenet.del(c1));
    });
  });
}

/** Makes /proc/sys and /run read-only, as they are in many a container. */
async function makeReadOnly(host: Host): Promise<void> {
  await host.run(["mount", "--bind", "/proc/sys", "/proc/sys"]);
  await host.run(["mount", "-o", "remount,bind,ro", "/proc/sys"]);
  await host.run(["mount", "-o", "remount,bind,ro", "/run"]);
  expect((await host.attempt(["touch", "/run/file"])).status).not.toBe(0);
  expect((await host.attempt(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"])).status).not.toBe(0);
}

function ping(address: string): string[] {
  return ["ping", "-c1", "-W2", address];
}

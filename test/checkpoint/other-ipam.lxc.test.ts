import { expect } from "vitest";
import { goPlugins } from "../fixture/go-plugins.ts";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";
import { lxcCni, read } from "../lxc/command-line.ts";
import { describeOnce, test } from "./criu.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, networkOf, startPeer } from "./talk.ts";

const go = await goPlugins("1.9.1");
const own = ["10.10.0.2", "fd00:10:10::2"];

/** An IPAM plugin that gives the next address to whomever asks, and notes what it was called for. */
const nextOne = `#!/bin/sh
cat > /mnt/$CNI_COMMAND.json
echo $CNI_COMMAND >> /mnt/calls
[ $CNI_COMMAND = ADD ] || exit 0
n=$(($(grep -c ADD /mnt/calls) + 1))
cat << RESULT
{"cniVersion": "1.1.0", "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}, {"dst": "192.0.2.0/24", "gw": "10.10.0.200"}],
"ips": [{"address": "10.10.0.$n/16", "gateway": "10.10.0.1"}, {"address": "fd00:10:10::$n/64", "gateway": "fd00:10:10::1"}]}
RESULT
`;

/** Our executables in a directory where the Go plugin is the \`host-local\`. */
async function besideGoHostLocal(host: Host, { directory, environment }: Variant): Promise<Variant> {
  await host.run(["mkdir", "/mnt/plugins"]);
  await host.run(["cp", `${directory}/lxc-cni`, `${directory}/bridge`, "/mnt/plugins"]);
  await host.run(["cp", `${go.directory}/host-local`, "/mnt/plugins"]);
  return { name: "beside Go's host-local", directory: "/mnt/plugins", environment };
}

describeOnce("addresses of another IPAM plugin", (variant) => {
  test("are neither released nor asked for, also where another plugin makes the interface", async ({
    host,
    lxc,
    skip,
  }) => {
    if (go.missing !== undefined) skip(go.missing);
    await host.run(["mkdir", "-p", "/opt/cni/bin"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/opt/cni/bin"]);
    await host.write("/opt/cni/bin/next-one", nextOne, 0o755);
    await host.run(["cp", `${go.directory}/static`, "/opt/cni/bin"]);
    await host.run(["cp", `${go.directory}/bridge`, "/opt/cni/bin/go-bridge"]);
    await define(
      host,
      { ...joined, ipam: { type: "next-one" } },
      {
        ...{ cniVersion: "1.0.0", name: "backnet", type: "go-bridge", bridge: "cnibr1", isGateway: true },
        ipam: { type: "static", addresses: [{ address: "10.20.0.7/16" }] },
      },
    );
    const c1 = await createTalker(lxc, host, variant, "simplenet backnet:eth1");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const before = await networkOf(host, c1);
    const expectCalls = async (...calls: string[]) =>
      expect((await read(host, "/mnt/calls")).split("\n").filter((verb) => /^(ADD|DEL)$/.test(verb))).toEqual(
        calls,
      );

    for (const directory of ["/mnt/first", "/mnt/second"]) {
      await lxcCni(host, variant, "checkpoint", c1.name, directory);
      await expectCalls("ADD");
      expect(await held(host)).toEqual([
        ...["backnet/10.20.0.7", "simplenet/10.10.0.2", "simplenet/fd00:10:10::2"],
      ]);
      // A restore that fails has made the interfaces, and takes them away again.
      await host.run(["mv", `${directory}/images/pages-1.img`, "/mnt/away"]);
      await expect(lxcCni(host, variant, "restore", c1.name, directory)).rejects.toThrow();
      await host.run(["mv", "/mnt/away", `${directory}/images/pages-1.img`]);
      await lxcCni(host, variant, "gc");
      expect(await read(host, "/mnt/GC.json")).toContain(`"containerID":"${c1.name}-`);
      await lxcCni(host, variant, "restore", c1.name, directory);
      await expectToGoOn(peer);
      expect(await networkOf(host, c1)).toBe(before);
    }
    await lxcCni(host, variant, "check", c1.name);
    await expectCalls("ADD");

    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/third");
    await lxcCni(host, variant, "release", c1.name);
    await expectCalls("ADD", "DEL");
  });

  test("such as the Go host-local, are nobody else's meanwhile", async ({ host, lxc, skip }) => {
    if (go.missing !== undefined) skip(go.missing);
    const beside = await besideGoHostLocal(host, variant);
    await define(host, joined);
    const c1 = await createTalker(lxc, host, beside, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    await lxcCni(host, beside, "checkpoint", c1.name, "/mnt/c1");
    expect(await leases(host)).toEqual(own);

    await host.run(["sh", "-c", "touch -d '1 hour ago' /var/lib/cni/networks/simplenet/*"]);
    await lxcCni(host, beside, "gc");
    const other = await host.container("other");
    await lxcCni(host, beside, "gc", "simplenet", other.netns);
    const add = [`${beside.directory}/lxc-cni`, "add", "simplenet", other.netns];
    expect(await host.attempt(add, { env: { CNI_ARGS: "IP=10.10.0.2" } })).toMatchObject({ status: 1 });
    await host.run(add);
    expect(await leases(host)).toEqual(["10.10.0.2", "10.10.0.3", "fd00:10:10::2", "fd00:10:10::3"]);

    await lxcCni(host, beside, "restore", c1.name, "/mnt/c1");
    await expectToGoOn(peer);
    await lxcCni(host, beside, "check", c1.name);
    await c1.stop();
    expect(await leases(host)).toEqual(["10.10.0.3", "fd00:10:10::3"]);
  });
});

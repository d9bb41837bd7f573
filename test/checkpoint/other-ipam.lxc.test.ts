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

/** Gives a host an /opt/cni/bin that is nobody else's. */
async function ownPlugins(host: Host): Promise<void> {
  await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/opt"]);
  await host.run(["mkdir", "-p", "/opt/cni/bin"]);
}

/** A network whose interfaces the Go plugin makes. */
const backnet = { cniVersion: "1.0.0", name: "backnet", type: "go-bridge", bridge: "cnibr1" };

const dhcpServer = `
interface eth0
start 10.20.0.20
end 10.20.0.39
opt subnet 255.255.0.0
opt router 10.20.0.200
opt lease 3600
lease_file /mnt/leases
pidfile /mnt/server.pid
`;

describeOnce("lxc-cni as an IPAM plugin", (variant) => {
  test("gives what it is told, and nothing by itself", async ({ host }) => {
    const call = (ipam: object) => {
      const variables = { CNI_CONTAINERID: "c1", CNI_NETNS: "/x", CNI_IFNAME: "eth0", CNI_PATH: "/x" };
      return host.attempt([`${variant.directory}/lxc-cni`], {
        env: { ...variant.environment, ...variables, CNI_COMMAND: "ADD" },
        input: JSON.stringify({ cniVersion: "0.4.0", name: "simplenet", type: "bridge", ipam }),
      });
    };
    const result = { cniVersion: "1.1.0", ips: [{ address: "10.10.0.9/16", gateway: "10.10.0.1" }] };
    expect(JSON.parse((await call({ type: "lxc-cni", result })).output)).toMatchObject({
      cniVersion: "0.4.0",
      ips: [{ version: "4", address: "10.10.0.9/16", gateway: "10.10.0.1" }],
    });
    const { status, output } = await call({ type: "lxc-cni" });
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining("leases no addresses") });
  });
});

describeOnce("addresses of another IPAM plugin", (variant) => {
  test("are neither released nor asked for, also where another plugin makes the interface", async ({
    host,
    lxc,
    skip,
  }) => {
    if (go.missing !== undefined) skip(go.missing);
    await ownPlugins(host);
    await host.write("/opt/cni/bin/next-one", nextOne, 0o755);
    await host.run(["cp", `${go.directory}/static`, "/opt/cni/bin"]);
    await host.run(["cp", `${go.directory}/bridge`, "/opt/cni/bin/go-bridge"]);
    await define(
      host,
      { ...joined, ipam: { type: "next-one" } },
      { ...backnet, ipam: { type: "static", addresses: [{ address: "10.20.0.7/16" }] } },
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

  test("that a DHCP server leases are leased again, by the daemon that renews them", async ({
    host,
    lxc,
    skip,
  }) => {
    if (go.missing !== undefined) skip(go.missing);
    await ownPlugins(host);
    await host.run(["mkdir", "-p", "/run/cni"]);
    await host.run(["cp", `${go.directory}/dhcp`, "/opt/cni/bin"]);
    // Ours makes the interface when it has addresses.
    await host.run(["cp", `${go.directory}/bridge`, "/opt/cni/bin/go-bridge"]);
    await define(host, { ...backnet, ipam: { type: "dhcp" } });
    await host.write("/mnt/dhcp.conf", dhcpServer);
    const server = await host.container("server");
    await host.run(["ip", "link", "add", "cnibr1", "up", "type", "bridge"]);
    await host.run(["ip", "link", "add", "srv0", "type", "veth", "peer", "name", "eth0", "netns", server.id]);
    await host.run(["ip", "link", "set", "srv0", "master", "cnibr1", "up"]);
    await server.run([
      "sh",
      "-c",
      "ip address add 10.20.0.200/16 dev eth0; ip link set eth0 up; touch /mnt/leases",
    ]);
    // A server usually asks for two seconds (-a) who has an address, of the three that the daemon waits for its offer.
    await server.run([
      "sh",
      "-c",
      "setsid busybox udhcpd -f -a 100 /mnt/dhcp.conf </dev/null >/mnt/server.log 2>&1 &",
    ]);
    await host.run([
      "sh",
      "-c",
      "setsid /opt/cni/bin/dhcp daemon -timeout 3s -resendmax 4s </dev/null >/mnt/daemon.log 2>&1 &",
    ]);
    await expect.poll(() => host.attempt(["test", "-S", "/run/cni/dhcp.sock"])).toMatchObject({ status: 0 });

    const port67 = ["grep", "-q", ":0043 ", "/proc/net/udp"];
    await expect.poll(() => server.attempt(port67)).toMatchObject({ status: 0 });

    const c1 = await createTalker(lxc, host, variant, "--timeout 60 backnet");
    await c1.start();
    const [address, ...none] = await c1.addresses();
    expect([address, none]).toEqual([expect.stringMatching(/^10\.20\.0\.[23]\d\/16$/), []]);
    const acquired = async () => (await read(host, "/mnt/daemon.log")).match(/lease acquired/g)?.length;
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    expect([`backnet/${address?.split("/")[0]}`]).toEqual(await held(host));
    expect(await acquired()).toBe(1);
    await lxcCni(host, variant, "restore", c1.name, "/mnt/c1");
    expect(await c1.addresses()).toEqual([address]);
    expect(await acquired()).toBe(2);
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

import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { goPlugins } from "../fixture/go-plugins.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";

const go = await goPlugins("1.9.1");

const serverConfiguration = `
interface eth0
start 10.20.0.20
end 10.20.0.29
opt subnet 255.255.0.0
opt router 10.20.0.200
opt lease 3600
lease_file /run/dhcp.leases
pidfile /run/dhcp.pid
`;

const network = {
  cniVersion: "1.0.0",
  name: "lan",
  type: "bridge",
  bridge: "cnibr0",
  ipam: { type: "dhcp" },
};

/** A bridge with a DHCP server on it, and the daemon of the Go plugin `dhcp`. */
async function startDhcp(host: Host): Promise<void> {
  const server = await host.container("server");
  await host.runAll([
    ["ip", "link", "add", "cnibr0", "up", "type", "bridge"],
    ["ip", "link", "add", "srv0", "type", "veth", "peer", "name", "eth0", "netns", server.id],
    ["mkdir", "-p", "/run/cni"],
  ]);
  await host.run(["ip", "link", "set", "srv0", "master", "cnibr0", "up"]);
  await host.write("/run/dhcp.conf", serverConfiguration);
  // A server usually asks for two seconds (-a) who has an address, of the three that the daemon waits for its offer.
  const aside = (command: string, log: string) => `setsid ${command} < /dev/null > ${log} 2>&1 &`;
  await server.run([
    "sh",
    "-ec",
    `ip address add 10.20.0.200/16 dev eth0; ip link set eth0 up; touch /run/dhcp.leases
${aside("busybox udhcpd -f -a 100 /run/dhcp.conf", "/run/server.log")}`,
  ]);
  const daemon = `${go.directory}/dhcp daemon -timeout 3s -resendmax 4s`;
  await host.run(["sh", "-ec", aside(daemon, "/run/daemon.log")]);
  const isThere = (by: Pick<Host, "attempt">, argv: string[]) =>
    expect.poll(() => by.attempt(argv)).toMatchObject({ status: 0 });
  await isThere(host, ["test", "-S", "/run/cni/dhcp.sock"]);
  await isThere(server, ["grep", "-q", ":0043 ", "/proc/net/udp"]);
}

function lanOf(host: Host, variant: Variant) {
  return networkOn(host, variant, network);
}

describeVariants("a network whose addresses a DHCP server gives", (variant) => {
  test("has them asked for by the container's interface, and given back by it", async ({ host, skip }) => {
    if (go.missing !== undefined) skip(go.missing);
    await startDhcp(host);
    const beside = { env: { CNI_PATH: go.directory } };
    const c1 = await host.container("c1");
    const added = await lanOf(host, variant).add(c1, beside);
    succeeded(added);
    const [{ address = "" } = {}] = (added.json as { ips?: { address: string }[] }).ips ?? [];
    expect(address).toMatch(/^10\.20\.0\.2\d\/16$/);
    expect(await c1.run(["ip", "-4", "address", "show", "dev", "eth0"])).toContain(address);
    await c1.run(["ping", "-c1", "-W2", "10.20.0.200"]);

    const attached = networkOn(host, variant, { ...network, prevResult: added.json });
    succeeded(await attached.call("CHECK", c1, beside));
    succeeded(await attached.del(c1, beside));
    expect(await host.run(["ip", "-brief", "link", "show", "type", "veth"])).not.toMatch(/^veth/m);
    const log = await host.run(["cat", "/run/daemon.log"]);
    expect(log).toContain("c1/lan/eth0: releasing lease");
    expect(log).not.toMatch(/error|fail/i);
  });

  test("leaves nothing where nobody can be asked", async ({ host, skip }) => {
    if (go.missing !== undefined) skip(go.missing);
    const c1 = await host.container("c1");
    const answer = await lanOf(host, variant).add(c1, { env: { CNI_PATH: go.directory } });
    expect(refusalOf(answer).msg).toContain("error dialing DHCP daemon");
    expect(await host.run(["ip", "-brief", "link", "show", "type", "veth"])).not.toMatch(/^veth/m);
    expect(await c1.run(["ip", "-brief", "link"])).not.toContain("eth0");
    expect(await host.run(["sh", "-c", "ls /run/lxc-cni/attachments"])).toBe("");
  });
});

/** An IPAM plugin that notes what it sees of the container's interface. */
const looker = `#!/bin/sh
cat > /dev/null
nsenter --net="$CNI_NETNS" ip -brief link show "$CNI_IFNAME" > /run/seen-by-$CNI_COMMAND 2>&1
[ $CNI_COMMAND != ADD ] || echo '{"cniVersion": "1.0.0", "ips": [{"address": "10.20.0.9/16"}]}'
`;

describeVariants("an IPAM plugin other than host-local", (variant) => {
  test("finds the container's interface when it leases and when it releases", async ({ host }) => {
    await host.write("/run/plugins/looker", looker, 0o755);
    const lan = networkOn(host, variant, { ...network, ipam: { type: "looker" } });
    const c1 = await host.container("c1");
    succeeded(await lan.add(c1, { env: { CNI_PATH: "/run/plugins" } }));
    expect(await host.run(["cat", "/run/seen-by-ADD"])).toMatch(/^eth0@\S+ +DOWN /);
    expect(await c1.run(["ip", "-brief", "address", "show", "eth0"])).toMatch(/ UP +10\.20\.0\.9\/16/);
    succeeded(await lan.del(c1, { env: { CNI_PATH: "/run/plugins" } }));
    expect(await host.run(["cat", "/run/seen-by-DEL"])).toMatch(/^eth0@\S+ +UP /);
    expect(await c1.run(["ip", "-brief", "link"])).not.toContain("eth0");
  });

  test("finds it, too, when an ADD is undone", async ({ host }) => {
    await host.write("/run/plugins/looker", looker, 0o755);
    await host.run(["ip", "link", "add", "cnibr0", "up", "type", "bridge"]);
    await host.run(["ip", "address", "add", "10.20.0.77/16", "dev", "cnibr0"]);
    const lan = networkOn(host, variant, { ...network, isGateway: true, ipam: { type: "looker" } });
    const c1 = await host.container("c1");
    const refused = refusalOf(await lan.add(c1, { env: { CNI_PATH: "/run/plugins" } }));
    expect(refused.msg).toContain("already has an IP address different");
    expect(await host.run(["cat", "/run/seen-by-DEL"])).toMatch(/^eth0@/);
    expect(await c1.run(["ip", "-brief", "link"])).not.toContain("eth0");
  });
});

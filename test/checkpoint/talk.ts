import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";
import type { CreateOptions, Lxc, LxcContainer } from "../lxc/lxc.ts";
import { emptyNetwork, hookLines } from "../lxc/ways.ts";

/** A network of both families that is joined with that of other hosts: nobody is to masquerade what comes from it. */
export const joined = {
  cniVersion: "1.1.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  ipMasq: true,
  ipam: {
    type: "host-local",
    ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]],
    routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }, { dst: "192.0.2.0/24", gw: "10.10.0.200" }],
  },
};

/** Defines networks on a host. */
export async function define(
  host: Host,
  ...networks: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[]
): Promise<void> {
  for (const network of networks) {
    await host.write(`/etc/lxc-cni/net.d/${network.name}.conf`, JSON.stringify(network));
  }
}

/** What CRIU needs of a container. */
export const fit = ["lxc.tty.max = 0", "lxc.console.path = none", "lxc.mount.auto = proc:mixed sys:mixed"];

/** Creates a container on networks, which talks to a peer as soon as it starts: see {@linkcode startPeer}. */
export async function createTalker(
  lxc: Lxc,
  host: Host,
  variant: Variant,
  networks: string,
  options: CreateOptions = {},
): Promise<LxcContainer> {
  const hooks = hookLines(`${variant.directory}/lxc-cni hook ${networks}`);
  const container = await lxc.create("c1", [...emptyNetwork, ...hooks, ...fit], options);
  const root = `${container.path}/${container.name}/rootfs`;
  // LXC's own place for it is within the host's /usr/lib, which the template mounts (mounts-of-host.ts).
  if (options.idmapped) await container.configure([`lxc.rootfs.mount = ${root}`]);
  await host.write(`${root}/bin/count`, counter, 0o755);
  await host.write(`${root}/etc/init.d/rcS`, startTalk, 0o755);
  return container;
}

const counter = `#!/bin/sh
i=0
while :; do i=$((i + 1)); echo $i; usleep 50000; done
`;

const startTalk = `#!/bin/sh
mount -a 2>/dev/null
{ count | nc 10.10.0.200 5004; } </dev/null >/dev/null 2>&1 &
{ count | nc fd00:10:10::200 5006; } </dev/null >/dev/null 2>&1 &
nc -l -p 6004 -e count </dev/null >/dev/null 2>&1 &
`;

/** What a container talks to: it notes what it is told, and by how many connections, in files of its host. */
export interface Peer {
  /** How far each conversation is: two from the container, by IPv4 and IPv6, and one to it. */
  counts(): Promise<readonly number[]>;
  /** How often connections were made, and how often they ended. */
  events(): Promise<string>;
}

/** Puts a peer on a host's bridge. */
export async function startPeer(host: Host): Promise<Peer> {
  const place = await host.container("peer");
  await host.run(["ip", "link", "add", "peer0", "type", "veth", "peer", "name", "eth0", "netns", place.id]);
  await host.attempt(["ip", "link", "add", "cnibr0", "type", "bridge"]);
  await host.run(["ip", "link", "set", "peer0", "master", "cnibr0", "up"]);
  await place.run(["sh", "-c", peerAddresses]);
  await host.write("/mnt/peer.py", peerProgram);
  await place.run(["sh", "-c", "setsid python3 /mnt/peer.py </dev/null >/mnt/peer.log 2>&1 &"]);
  await expect.poll(() => host.attempt(["cat", "/mnt/listening"])).toMatchObject({ status: 0 });
  return {
    counts: async () =>
      Promise.all(
        ["out4", "out6", "in4"].map(async (name) =>
          Number((await host.attempt(["tail", "-n", "1", `/mnt/${name}`])).output),
        ),
      ),
    events: () => host.run(["sort", "/mnt/events"]),
  };
}

/** Waits until every conversation has gone on. */
export async function expectToGoOn(peer: Peer): Promise<void> {
  const before = await peer.counts();
  await expect
    .poll(async () => (await peer.counts()).every((count, index) => count > (before[index] ?? 0)), {
      timeout: 10_000,
    })
    .toBe(true);
  expect(await peer.events()).toBe("in4 connected\nout4 connected\nout6 connected");
}

const peerAddresses = `
ip address add 10.10.0.200/16 dev eth0
ip address add fd00:10:10::200/64 dev eth0 nodad
ip link set eth0 up
`;

const peerProgram = `
import socket, threading, time

def note(event):
    with open("/mnt/events", "a") as file:
        file.write(event + "\\n")

def listen(name, connection):
    note(name + " connected")
    with open("/mnt/" + name, "w") as file:
        try:
            for line in connection.makefile():
                file.write(line)
                file.flush()
            note(name + " ended")
        except OSError as error:
            note(name + " failed: " + str(error))

def serve(name, server):
    while True:
        connection, _ = server.accept()
        threading.Thread(target=listen, args=(name, connection)).start()

def connect(name, address):
    while True:
        try:
            connection = socket.create_connection(address, 2)
            break
        except OSError:
            time.sleep(0.05)
    connection.settimeout(None)
    listen(name, connection)

for name, family, port in ("out4", socket.AF_INET, 5004), ("out6", socket.AF_INET6, 5006):
    server = socket.create_server(("", port), family=family)
    threading.Thread(target=serve, args=(name, server)).start()
open("/mnt/listening", "w").close()
connect("in4", ("10.10.0.2", 6004))
`;

/** What is to be the same before and after: of the container's interfaces, and of its host's rules for it. */
export async function networkOf(host: Host, container: LxcContainer): Promise<string> {
  const inside = [
    "ip -o address show scope global",
    "ip route",
    "ip -6 route",
    "cat /sys/class/net/*/address",
  ];
  const outside = ["iptables-save -t nat", "ip6tables-save -t nat", "ls -A /var/lib/cni/results"];
  const seen = [
    await container.run(["sh", "-c", inside.join("; ")]),
    await host.run(["sh", "-c", outside.join("; ")]),
  ];
  // Counters, and the numbers of links, are of the moment.
  return seen.join("\n").replace(/^#.*\n|\[\d+:\d+\]|@if\d+|^\d+: /gm, "");
}

/** The leases of a network, by address. */
export async function leases(host: Host, network = "simplenet"): Promise<string[]> {
  const { output } = await host.attempt(["ls", `/var/lib/cni/networks/${network}`]);
  return output.split("\n").filter((name) => /^[\d.]+$|:/.test(name));
}

/** The addresses that are held, of whichever network. */
export async function held(host: Host): Promise<string[]> {
  const { output } = await host.attempt(["sh", "-c", "cd /var/lib/lxc-cni/held && ls */*"]);
  return output.split("\n").filter((name) => name !== "");
}

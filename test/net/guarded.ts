import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";

/** As docs/formats.md has it for eth0 of c1 on simplenet. */
export const port = "veth2v54nqsfchr";
export const mac = "02:00:00:00:00:01";

/** Who is guarded, and somebody else on the same bridge. */
export const self = { mac, ip: [10, 10, 0, 2] };
export const other = { mac: "02:00:00:00:00:03", ip: [10, 10, 0, 3] };

/** Two containers on a bridge: `c1`, whose port is to be guarded, and `c2`. */
export async function bridged(host: Host): Promise<{ c1: Container; c2: Container }> {
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

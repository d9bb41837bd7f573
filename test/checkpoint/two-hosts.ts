import { outputOf, runCommand } from "../fixture/command.ts";
import { bootHost, type Host } from "../fixture/host.ts";
import { containerAt, type LxcContainer } from "../lxc/lxc.ts";
import { test as criuTest, giveCriu } from "./criu.ts";

/** A test on two hosts whose bridges `cnibr0` are joined by a cable. */
export const test = criuTest.extend<{ there: Host }>({
  there: async ({ host }, use) => {
    const there = await bootHost();
    await giveCriu(there);
    await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
    await there.run(["sh", "-c", bridgeThere]);
    await join(host, there);
    await use(there);
    await there.end();
  },
});

/** With its addresses from the beginning: on this side of the cable, nobody else has them yet. */
const bridgeThere = `
ip link add cnibr0 type bridge
ip address add 10.10.0.1/16 dev cnibr0
ip address add fd00:10:10::1/64 dev cnibr0 nodad
ip link set cnibr0 up
`;

async function join(here: Host, there: Host): Promise<void> {
  const end = ({ pid }: Host) => ["name", "cable0", "netns", String(pid)];
  outputOf(await runCommand(["ip", "link", "add", ...end(here), "type", "veth", "peer", ...end(there)]));
  for (const host of [here, there]) await host.run(["ip", "link", "set", "cable0", "master", "cnibr0", "up"]);
}

/**
 * Copies a container that is checkpointed from one host to another: its directory, and that of the checkpoint.
 *
 * @returns the container there
 */
export async function copyAcross(
  from: Host,
  to: Host,
  { name, path: lxcPath }: LxcContainer,
  checkpoint: string,
): Promise<LxcContainer> {
  for (const path of [`${lxcPath}/${name}`, checkpoint]) await copyDirectory(from, to, path);
  return containerAt(to, name, { path: lxcPath });
}

/** Copies a directory from one host to another, with owners and times. */
export async function copyDirectory(from: Host, to: Host, path: string): Promise<void> {
  await to.run(["mkdir", "-p", path]);
  const pack = `tar -C /proc/${from.pid}/root${path} -c . | tar -C /proc/${to.pid}/root${path} -x`;
  outputOf(await runCommand(["sh", "-c", pack]));
}

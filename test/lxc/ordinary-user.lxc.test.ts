import { existsSync } from "node:fs";
import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { alice, asUser, socket, test, type Users } from "../serve/users.ts";
import { delegateCgroup, removeCgroup } from "./delegate-cgroup.ts";
import { emptyNetwork, hookLines } from "./ways.ts";

const home = "/var/lib/lxc/alice";
const which = ["--lxcpath", `${home}/lxc`, "--name", "web"];
const rootfs = `${home}/lxc/web/rootfs`;

/** Why LXC cannot start a container for an ordinary user here. */
const missing = ["/usr/bin/lxc-start", "/usr/share/lxc/templates/lxc-busybox", "/usr/bin/newuidmap"].find(
  (path) => !existsSync(path),
);

test("a container that an ordinary user starts has a network, and gives it back", async ({
  host,
  users,
  skip,
}) => {
  if (missing !== undefined) skip(`needs ${missing} (packages lxc, lxc-templates, uidmap)`);
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  await users.serve();
  const cgroup = await delegateCgroup(host, alice);
  await createContainer(host, users);
  const before = await snapshot(host);
  const inCgroup = ["sh", "-c", `echo $$ > ${cgroup}/user/cgroup.procs; exec "$@"`, "sh"];
  const asAlice = (...argv: string[]) => [...asUser(alice), "env", `HOME=${home}`, ...argv];
  const log = `${home}/lxc/web/log`;
  try {
    for (let start = 1; start <= 2; start++) {
      const logging = ["--logfile", log, "--logpriority", "DEBUG"];
      const started = await host.attempt([...inCgroup, ...asAlice("lxc-start", ...which, ...logging)]);
      const report = await host.attempt(["grep", "-E", "produced output| ERROR ", log]);
      expect(started.status, report.output).toBe(0);
      const pid = await host.run(asAlice("lxc-info", ...which, "--pid", "--no-humanize"));
      const enter = ["nsenter", `--net=/proc/${pid}/ns/net`];
      expect(await host.run([...enter, "ip", "-4", "address", "show", "dev", "eth0"])).toContain(
        "inet 10.10.0.",
      );
      await host.run([...enter, "ping", "-c", "1", "-W", "2", "10.10.0.1"]);
      await host.run(asAlice("lxc-stop", ...which, "--kill"));
      await expect.poll(async () => difference(before, await snapshot(host))).toEqual([]);
    }
  } finally {
    await host.attempt(asAlice("lxc-stop", ...which, "--kill"));
    await removeCgroup(host, cgroup);
  }
});

/** Creates the container as root would for a user: with files of the ids that its user namespace maps. */
async function createContainer(host: Host, { directory }: Users): Promise<void> {
  const lines = [
    "lxc.idmap = u 0 200000 65536",
    "lxc.idmap = g 0 200000 65536",
    "lxc.mount.auto = proc:mixed sys:ro",
    ...emptyNetwork,
    "lxc.hook.version = 1",
    ...hookLines(`${directory}/lxc-cni hook --socket ${socket} simplenet`),
  ];
  const script = `
set -e
echo alice:x:${alice}:${alice}::${home}:/bin/sh >> /etc/passwd
echo alice:x:${alice}: >> /etc/group
for file in /etc/subuid /etc/subgid; do echo alice:200000:65536 >> $file; done
mkdir -p ${home}/lxc
lxc-create ${which.join(" ")} --template busybox --config /dev/null
sed -i /udhcpc/d ${rootfs}/etc/init.d/rcS
rm -rf ${rootfs}/dev/*
sed -i /^lxc.mount.auto/d ${home}/lxc/web/config
cat >> ${home}/lxc/web/config
find ${rootfs} -xdev -uid 0 -exec chown --no-dereference 200000:200000 {} +
chown ${alice}:${alice} ${home} ${home}/lxc ${home}/lxc/web ${home}/lxc/web/config
chmod 755 ${home}/lxc/web
`;
  await host.run(["bash", "-c", script], { input: `${lines.join("\n")}\n` });
}

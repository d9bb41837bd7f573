import { expect, test } from "vitest";
import { mountsOfHost } from "../../lxc/checkpoint/mounts-of-host.ts";
import { obstaclesIn } from "../../lxc/checkpoint/requirements.ts";
import { configurationOf } from "../../lxc/container/configuration.ts";

const fit = "lxc.tty.max = 0\nlxc.console.path = none\nlxc.net.0.type = empty\n";
const mounts = `lxc.mount.entry = /lib lib none ro,bind 0 0
lxc.mount.entry = /sys/kernel/security sys/kernel/security none ro,bind,optional 0 0
lxc.mount.entry = tmpfs tmp tmpfs defaults 0 0
`;

const problemsIn = (text: string) =>
  obstaclesIn(configurationOf(text, "/nowhere/config")).map(({ problem }) => problem);

const ids = "lxc.idmap = u 0 100000 65536\n";
const own = "/usr/lib/x86_64-linux-gnu/lxc/rootfs";

/** What is in the way of a container with these lines, on a host with these mounts. */
const mountsIn = (text: string, mounted: string[]) =>
  mountsOfHost(configurationOf(text, "/nowhere/config"), mounted);

test("directories of the host with other mounts in them are in the way of a container with ids of its own", () => {
  const bind = (source: string, options = "bind") =>
    `${ids}lxc.mount.entry = ${source} mnt none ${options} 0 0\n`;
  const mounted = ["/", "/srv", "/srv/data", "/mnt/a b"];
  expect(mountsIn(mounts, ["/sys/kernel/security", own])).toEqual([]);
  expect(problemsIn(fit + mounts)).toEqual([]);
  expect(mountsIn(bind("/srv"), mounted)).toEqual([
    { problem: expect.stringContaining("mounts /srv of the host, where /srv/data is another mount") },
  ]);
  expect(mountsIn(bind("/srv", "ro,rbind,optional"), mounted)).toHaveLength(1);
  expect(mountsIn(bind("/"), mounted)).toHaveLength(1);
  for (const other of [
    bind("/srv/data"),
    bind("/srv/dat"),
    bind("/srv", "rw"),
    bind("srv"),
    bind("/srv").slice(ids.length),
  ]) {
    expect(mountsIn(other, mounted), other).toEqual([]);
  }
});

test("the directory in which LXC mounts roots can be another one", () => {
  const text = `${ids}lxc.rootfs.path = dir:/srv/c1/rootfs\nlxc.mount.entry = /usr/lib usr/lib none ro,bind 0 0\n`;
  expect(mountsIn(text, [own])).toEqual([
    { problem: expect.stringContaining(own), line: "lxc.rootfs.mount = /srv/c1/rootfs" },
  ]);
  expect(mountsIn(text.replace("dir:", "overlay:"), [own])).toEqual([
    { problem: expect.stringContaining(own) },
  ]);
});

test("terminals, consoles and other links are in the way", () => {
  expect(problemsIn("lxc.tty.max = 4\nlxc.net.0.type = veth\n")).toEqual([
    expect.stringContaining("lxc.tty.max is 4"),
    expect.stringContaining("lxc.console.path is not set"),
    expect.stringContaining("lxc.net.0.type is veth"),
  ]);
});

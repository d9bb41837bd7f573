import { expect, test } from "vitest";
import { obstaclesIn } from "../../lxc/checkpoint/requirements.ts";
import { configurationOf } from "../../lxc/container/configuration.ts";

const fit = "lxc.tty.max = 0\nlxc.console.path = none\nlxc.net.0.type = empty\n";
const mounts = `lxc.mount.entry = /lib lib none ro,bind 0 0
lxc.mount.entry = /sys/kernel/security sys/kernel/security none ro,bind,optional 0 0
lxc.mount.entry = tmpfs tmp tmpfs defaults 0 0
`;

const problemsIn = (text: string) =>
  obstaclesIn(configurationOf(text, "/nowhere/config")).map(({ problem }) => problem);

test("mounts of the host's directories are in the way of a container with ids of its own", () => {
  expect(problemsIn(fit + mounts)).toEqual([]);
  expect(problemsIn(`${fit}${mounts}lxc.idmap = u 0 100000 65536\n`)).toEqual([
    expect.stringContaining("mounts /lib of the host"),
  ]);
});

test("terminals, consoles and other links are in the way", () => {
  expect(problemsIn("lxc.tty.max = 4\nlxc.net.0.type = veth\n")).toEqual([
    expect.stringContaining("lxc.tty.max is 4"),
    expect.stringContaining("lxc.console.path is not set"),
    expect.stringContaining("lxc.net.0.type is veth"),
  ]);
});

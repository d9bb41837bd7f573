import { expect, test } from "vitest";
import { splitDowntime } from "../../scripts/bench/split.mjs";

const run = (name: string, argument: string, begin: number, end?: number) => ({ name, argument, begin, end });

const silence = { begin: 100, end: 300 };

/** A container is saved from 90 on, stops at 140, is copied, and goes on at 300. */
const runs = [
  run("lxc-cni", "hook", 10, 12),
  run("lxc-checkpoint", "-n", 90, 140),
  run("criu", "dump", 95, 130),
  run("lxc-cni", "hook", 138, 142),
  run("lxc-cni", "hook", 150, 153),
  run("copy", "-", 160, 190),
  run("lxc-checkpoint", "-n", 200, 320),
  run("criu", "restore", 220),
  run("lxc-cni", "-", 240, 246),
  run("lxc-cni", "-", 299, 305),
  run("lxc-cni", "-", 310, 311),
];

test("a downtime is CRIU's, ours, that of copying, and for the rest LXC's", () => {
  const called = 6 + 1;
  const criu = 30 + 80 - called;
  const own = 4 + 3 + (200 - 153) - 30 + called;
  expect(splitDowntime(silence, runs)).toEqual({
    downtime: 200,
    criu,
    own,
    copy: 30,
    lxc: 200 - criu - own - 30,
  });
});

test("without copying and hooks, all between the two calls of lxc-checkpoint is ours", () => {
  const fewer = runs.filter(({ name, argument }) => name !== "copy" && argument !== "hook");
  expect(splitDowntime(silence, fewer)).toMatchObject({ own: 60 + 7, copy: 0 });
});

import { type Dirent, readdirSync, rmdirSync } from "node:fs";

/**
 * Has the test run remove the cgroups that runtimes make once for all of their containers and never remove, unless
 * they were there before.
 *
 * Unlike everything else that a runtime makes in a test, cgroups are not in a namespace, but the machine's.
 */
export default function setUp(): () => void {
  const before = new Set(parents());
  return () => {
    // What is inside of another one comes after it.
    for (const path of parents().reverse()) if (!before.has(path)) removeWhenEmpty(path);
  };
}

function parents(): string[] {
  return directoriesBelow("/sys/fs/cgroup").filter((path) => ofLxc.test(path) || ofOthers.test(path));
}

const ofLxc = /\/lxc\.pivot$/;

/** Those of containerd and podman, in each hierarchy of version 1, or in the one of version 2. */
const ofOthers = /^\/sys\/fs\/cgroup(\/[^/]+)?\/(default|libpod_parent(\/conmon)?)$/;

function directoriesBelow(path: string): string[] {
  const directories = entries(path).filter((entry) => entry.isDirectory());
  const inside = directories.map((entry) => `${path}/${entry.name}`);
  return inside.flatMap((directory) => [directory, ...directoriesBelow(directory)]);
}

/** None where there are no cgroups, or where one has just gone. */
function entries(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function removeWhenEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // A container that is no business of the tests was started meanwhile.
  }
}

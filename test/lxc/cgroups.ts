import { type Dirent, readdirSync, rmdirSync } from "node:fs";

/**
 * Has the test run remove LXC's `lxc.pivot` cgroups, unless they were there before.
 *
 * LXC makes them once for all containers and never removes them. Unlike everything else that LXC makes in a
 * test, cgroups are not in a namespace, but the machine's.
 */
export default function setUp(): () => void {
  const before = new Set(pivots());
  return () => {
    for (const path of pivots()) if (!before.has(path)) removeWhenEmpty(path);
  };
}

function pivots(): string[] {
  return directoriesBelow("/sys/fs/cgroup").filter((path) => path.endsWith("/lxc.pivot"));
}

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

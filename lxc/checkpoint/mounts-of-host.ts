import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { type Configuration, lastValueOf, valuesOf } from "../container/configuration.ts";
import type { Obstacle } from "./requirements.ts";

/**
 * Mounts of the host's directories that CRIU 4.2 saves and then cannot make again, in a container with ids of its own: those
 * of directories in which something else is mounted. The kernel lets nobody leave that out in a user namespace (EINVAL of
 * mount(2)), and CRIU does not mount it along. Other mounts of the host's directories, and files, go on.
 *
 * @param mounted Where something is mounted on this host, or is as soon as LXC restores the container.
 */
export function mountsOfHost(configuration: Configuration, mounted = mountedFor(configuration)): Obstacle[] {
  if (valuesOf(configuration, "lxc.idmap").length === 0) return [];
  return valuesOf(configuration, "lxc.mount.entry").flatMap((entry) => {
    const [source = "", , , options = ""] = entry.split(/\s+/);
    if (!source.startsWith("/") || !/(^|,)r?bind(,|$)/.test(options)) return [];
    const inner = innermost(realPath(source), mounted);
    return inner === undefined ? [] : [obstacleOf(configuration, source, inner)];
  });
}

/** A place where something is mounted, within a directory. */
function innermost(directory: string, mounted: readonly string[]): string | undefined {
  const within = directory.endsWith("/") ? directory : `${directory}/`;
  return mounted.find((path) => path.startsWith(within));
}

/** LXC's own place for the container's root can be another one: the very directory of that root. */
function obstacleOf(configuration: Configuration, source: string, inner: string): Obstacle {
  const root = /^(?:dir:)?(\/.*)$/.exec(lastValueOf(configuration, "lxc.rootfs.path") ?? "")?.[1];
  const problem = `lxc.mount.entry mounts ${source} of the host, where ${inner} is another mount, which CRIU cannot do with lxc.idmap`;
  return inner.endsWith(ownEnd) &&
    root !== undefined &&
    lastValueOf(configuration, "lxc.rootfs.mount") === undefined
    ? { problem, line: `lxc.rootfs.mount = ${root}` }
    : { problem: `${problem}: mount something smaller, or copy it into the container` };
}

function mountedFor(configuration: Configuration): string[] {
  const own = lastValueOf(configuration, "lxc.rootfs.mount");
  return [...(own === undefined ? ownPlaces() : [realPath(own)]), ...mountPoints()];
}

/** How the path ends at which LXC mounts the root of a container that it starts, or restores. */
const ownEnd = "/lxc/rootfs";

/** Where distributions have that directory; nobody tells which one LXC was built for. */
function ownPlaces(): string[] {
  const machines = (system.listDirectory("/usr/lib") ?? []).filter((name) => name.includes("-linux-"));
  const libraries = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    ...machines.map((name) => `/usr/lib/${name}`),
  ];
  return libraries.map((path) => `${path}${ownEnd}`).filter((path) => system.status(path) !== undefined);
}

/** Where something is mounted here (proc_pid_mountinfo(5), field 5). */
function mountPoints(): string[] {
  const lines = system.readText("/proc/self/mountinfo").trimEnd().split("\n");
  return lines.map((line) => unescaped(line.split(" ")[4] ?? ""));
}

/** Spaces and the like are written as `\040` there. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** What is not there is not mounted either, or LXC says so. */
function realPath(path: string): string {
  try {
    return system.realPath(path);
  } catch (error) {
    if (isSystemError(error)) return path;
    throw error;
  }
}

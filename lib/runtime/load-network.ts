import { system } from "#system";
import { CniError, Code, describe } from "../cni/error.ts";
import { isSystemError } from "../system/error.ts";
import type { FileStatus } from "../system/system.ts";
import { type Network, type PluginFile, parseNetwork } from "./network.ts";

/** Where networks are looked for. Those for LXC have a directory that no other runtime takes its default from. */
export const defaultDirectories: readonly string[] = ["/etc/lxc-cni/net.d", "/etc/cni/net.d"];

/** Lists come before single plugins, as in libcni. */
const suffixes = [".conflist", ".conf", ".json"];

/**
 * Finds a network.
 *
 * @param name The name that its configuration gives it, or the path of a file (which has a `/` in it).
 * @param directories Where to look for a name; the first network of that name counts.
 * @param warn Is told of files that cannot be used, when the network is found in another: a broken file of one network
 *   is no reason for another to fail.
 * @throws CniError 7 where there is no such network, or its file, or that of one of its plugins, may be written by others
 *   than its owner.
 */
export function loadNetwork(
  name: string,
  directories: readonly string[],
  warn: (text: string) => void,
): Network {
  if (name.includes("/")) return readNetwork(name);
  const files = directories.flatMap(configurationFiles);
  const others: string[] = [];
  const problems: string[] = [];
  for (const file of files) {
    try {
      const network = readNetwork(file);
      if (network.name !== name) {
        others.push(network.name);
        continue;
      }
      for (const problem of problems) warn(`ignored ${problem}`);
      return network;
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      problems.push(`${file}: ${describe(error)}`);
    }
  }
  const found = [
    ...(others.length === 0 ? [] : [`there is ${others.join(", ")}`]),
    ...(problems.length === 0 ? [] : [`these cannot be used: ${problems.join("; ")}`]),
  ];
  throw new CniError(
    Code.invalidConfiguration,
    `no net configuration with name "${name}" in ${directories.join(", ")}`,
    found.length === 0 ? `there is none at all; lxc-cni network create ${name} makes one` : found.join("; "),
  );
}

/** The files of a directory that may be configurations, in the order in which they are looked at. */
export function configurationFiles(directory: string): string[] {
  const names = namesIn(directory) ?? [];
  return suffixes.flatMap((suffix) =>
    names.filter((name) => name.endsWith(suffix)).map((name) => `${directory}/${name}`),
  );
}

/** The network of a file. @throws CniError 7 where it is none, or may be written by others than its owner */
export function readNetwork(path: string): Network {
  if (!isFile(path)) {
    throw new CniError(Code.invalidConfiguration, `there is no network configuration ${path}`);
  }
  const directory = path.slice(0, path.lastIndexOf("/")) || "/";
  requireSafe(path);
  requireSafe(directory);
  return parseNetwork(readText(path), (network) => pluginFiles(`${directory}/${network}`));
}

/** The files that have more plugins of a network, which are put behind those of its list (`.conf`, as in libcni). */
function pluginFiles(directory: string): PluginFile[] {
  const names = (namesIn(directory) ?? []).filter((name) => name.endsWith(".conf"));
  const paths = names.map((name) => `${directory}/${name}`).filter((path) => isFile(path));
  if (paths.length > 0) requireSafe(directory);
  return paths.map((path) => {
    requireSafe(path);
    return { path, source: readText(path) };
  });
}

/** The names in a directory; undefined where there is none. */
function namesIn(directory: string): string[] | undefined {
  try {
    return system.listDirectory(directory);
  } catch (error) {
    if (isSystemError(error, "ENOTDIR")) return undefined;
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.inputOutput, `cannot read ${directory}: ${error.message}`);
  }
}

function isFile(path: string): boolean {
  return statusOf(path)?.kind === "file";
}

/**
 * Makes sure that nobody but its owner, who is root or this process's user, can write a file. Who can write a configuration,
 * or put another one in its place, can have root run a plugin on it.
 *
 * @throws CniError 7 where others can.
 */
export function requireSafe(path: string): void {
  const status = statusOf(path);
  if (status === undefined) return;
  if ((status.mode & 0o022) !== 0) {
    throw new CniError(
      Code.invalidConfiguration,
      `${path} can be written by others than its owner`,
      `its mode is ${status.mode.toString(8)}; chmod go-w ${path}`,
    );
  }
  if (status.userId !== 0 && status.userId !== system.userId) {
    throw new CniError(
      Code.invalidConfiguration,
      `${path} belongs to another user`,
      `its owner is user ${status.userId}; chown root ${path}`,
    );
  }
}

function statusOf(path: string): FileStatus | undefined {
  try {
    return system.status(path);
  } catch (error) {
    if (isSystemError(error))
      throw new CniError(Code.inputOutput, `cannot look at ${path}: ${error.message}`);
    throw error;
  }
}

function readText(path: string): string {
  try {
    return system.readRegular(path);
  } catch (error) {
    if (isSystemError(error)) throw new CniError(Code.inputOutput, `cannot read ${path}: ${error.message}`);
    throw error;
  }
}

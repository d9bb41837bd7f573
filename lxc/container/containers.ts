import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { containerIdOf } from "./id.ts";

/** A container that LXC knows. */
export interface Container {
  readonly name: string;
  /** The directory that LXC keeps it in. */
  readonly lxcPath: string;
  /** Its configuration file. */
  readonly configFile: string;
  /** What CNI knows it by. */
  readonly id: ContainerId;
}

/**
 * The containers of an LXC path, by name: its directories that have a configuration. There are none where it is no
 * directory: for a container with a configuration elsewhere, that file takes its place (lxc/hook/event.ts).
 */
export function listContainers(lxcPath: string): Container[] {
  return namesIn(lxcPath)
    .map((name) => containerOf(name, lxcPath))
    .filter(isThere);
}

function namesIn(lxcPath: string): readonly string[] {
  try {
    return system.listDirectory(lxcPath) ?? [];
  } catch (error) {
    if (isSystemError(error, "ENOTDIR")) return [];
    throw error;
  }
}

/** A container that should be there. @throws CniError 3 with those that are, where it is not */
export function requireContainer(name: string, lxcPath: string): Container {
  const container = containerOf(name, lxcPath);
  if (isName(name) && isThere(container)) return container;
  const names = listContainers(lxcPath).map((each) => each.name);
  throw new CniError(
    Code.unknownContainer,
    `there is no container ${name} in ${lxcPath}`,
    names.length === 0
      ? "there is none at all; --lxc-path says where else to look"
      : `there is ${names.join(", ")}`,
  );
}

function containerOf(name: string, lxcPath: string): Container {
  return { name, lxcPath, configFile: `${lxcPath}/${name}/config`, id: containerIdOf(name, lxcPath) };
}

/** It is a directory's. */
function isName(name: string): boolean {
  return !["", ".", ".."].includes(name) && !name.includes("/");
}

function isThere({ configFile }: Container): boolean {
  try {
    return system.status(configFile)?.kind === "file";
  } catch (error) {
    // Somebody else's container is one, too.
    if (isSystemError(error, "EACCES")) return true;
    if (isSystemError(error, "ELOOP")) return false;
    throw error;
  }
}

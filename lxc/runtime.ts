import { system } from "#system";
import type { Attachment } from "../lib/cni/request.ts";
import { type AttachmentArguments, noArguments } from "../lib/runtime/attachment-arguments.ts";
import type { Runtime } from "../lib/runtime/attachment-call.ts";
import { defaultDirectories, loadNetwork } from "../lib/runtime/load-network.ts";
import type { Network } from "../lib/runtime/network.ts";
import type { PluginSurroundings } from "../lib/runtime/surroundings.ts";
import { printable } from "./output/printable.ts";

/** Where networks and plugins are looked for. */
export interface Places {
  /** Directories of networks; empty for the usual ones. */
  readonly networkDirectories: readonly string[];
  /** Directories of plugins, separated by `:`, besides that of lxc-cni; empty for the usual ones. */
  readonly cniPath: string;
}

/** Where distributions and administrators put CNI plugins. */
const usualCniPath = "/opt/cni/bin:/usr/libexec/cni:/usr/lib/cni";

/** The network of a name, or of a path. @throws CniError 7 where there is none */
export function findNetwork(name: string, { networkDirectories }: Places): Network {
  return loadNetwork(name, networkDirectories.length === 0 ? defaultDirectories : networkDirectories, warn);
}

/**
 * How plugins are called for an attachment: those beside lxc-cni come before all others.
 *
 * @param given What the caller has to tell the plugins.
 */
export function runtimeFor(
  attachment: Attachment,
  netnsPath: string,
  places: Places,
  given: AttachmentArguments = noArguments,
): Runtime {
  return {
    ...surroundingsIn(places),
    attachment,
    netnsPath,
    arguments: given.arguments,
    capabilityArguments: given.capabilityArguments,
  };
}

/** Where plugins are looked for, beside lxc-cni itself before all others, and what they see of the environment. */
export function surroundingsIn({ cniPath }: Pick<Places, "cniPath">): PluginSurroundings {
  return {
    cniPath: `${ownDirectory()}:${cniPath === "" ? usualCniPath : cniPath}`,
    environment: system.environment(),
  };
}

/** The directory of lxc-cni itself. */
export function ownDirectory(): string {
  const executable = system.executable();
  return executable.slice(0, executable.lastIndexOf("/"));
}

/** Says something that is no failure, on standard error. */
export function warn(text: string): void {
  system.writeStandardError(`lxc-cni: ${printable(text)}\n`);
}

import { system } from "#system";
import { describe } from "../lib/cni/error.ts";
import type { Attachment } from "../lib/cni/request.ts";
import { detach } from "../lib/runtime/attach.ts";
import type { Runtime } from "../lib/runtime/attachment-call.ts";
import { defaultDirectories, loadNetwork } from "../lib/runtime/load-network.ts";
import type { Network } from "../lib/runtime/network.ts";
import { carried } from "./carried.ts";
import type { HookWords } from "./hook-words.ts";

/** Where distributions and administrators put CNI plugins. */
const usualCniPath = "/opt/cni/bin:/usr/libexec/cni:/usr/lib/cni";

/** The network that a hook line names. @throws CniError 7 where there is none */
export function findNetwork(name: string, { networkDirectories }: HookWords): Network {
  const directories = networkDirectories.length === 0 ? defaultDirectories : networkDirectories;
  return loadNetwork(name, directories, warn);
}

/** The network of an attachment, which the hook line may know by a path only. @throws CniError 7 where there is none */
export function networkOf({ network: name, interface: link }: Attachment, words: HookWords): Network {
  const line = words.networks.find((each) => each.interface === link);
  const network = findNetwork(line?.network ?? name, words);
  return network.name === name ? network : findNetwork(name, words);
}

/** How plugins are called for an attachment: those beside lxc-cni come before all others. */
export function runtimeFor(attachment: Attachment, netnsPath: string, { cniPath }: HookWords): Runtime {
  const executable = system.executable();
  const own = executable.slice(0, executable.lastIndexOf("/"));
  return {
    attachment,
    netnsPath,
    cniPath: `${own}:${cniPath === "" ? usualCniPath : cniPath}`,
    environment: system.environment(),
  };
}

/**
 * Detaches; a failure is reported, and leaves what could not be removed for a later try.
 *
 * @returns whether nothing is left.
 */
export function detachQuietly(attachment: Attachment, words: HookWords): boolean {
  try {
    detach(runtimeFor(attachment, "", words), () => networkOf(attachment, words), carried);
    return true;
  } catch (error) {
    warn(`${attachment.network}, ${attachment.interface}: ${describe(error)}`);
    return false;
  }
}

function warn(text: string): void {
  system.writeStandardError(`lxc-cni: ${text}\n`);
}

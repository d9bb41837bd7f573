import { describe } from "../../lib/cni/error.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import { detach as detachByRuntime } from "../../lib/runtime/attach.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { carried } from "../carried.ts";
import { keepingHeld } from "../checkpoint/stand-ins.ts";
import { findNetwork, runtimeFor, warn } from "../runtime.ts";
import type { HookWords } from "./words.ts";

/** What a command or a hook line says of networks. */
export type KnownNetworks = Pick<HookWords, "networks" | "networkDirectories" | "cniPath">;

/** The network of an attachment, which the hook line may know by a path only. @throws CniError 7 where there is none */
export function networkOf({ network: name, interface: link }: Attachment, words: KnownNetworks): Network {
  const line = words.networks.find((each) => each.interface === link);
  const network = findNetwork(line?.network ?? name, words);
  return network.name === name ? network : findNetwork(name, words);
}

/**
 * Detaches. Addresses that are held for it stay so, whichever IPAM plugin they are of.
 *
 * @throws CniError what plugins answered; what could not be removed is left for a later try.
 */
export function detach(attachment: Attachment, words: KnownNetworks): void {
  const runtime = runtimeFor(attachment, "", words);
  detachByRuntime(
    runtime,
    () => networkOf(attachment, words),
    carried,
    (network) => keepingHeld(network, attachment.container, runtime.cniPath),
  );
}

/**
 * Detaches; a failure is reported, and leaves what could not be removed for a later try.
 *
 * @returns whether nothing is left.
 */
export function detachQuietly(attachment: Attachment, words: KnownNetworks): boolean {
  try {
    detach(attachment, words);
    return true;
  } catch (error) {
    warn(`${attachment.network}, ${attachment.interface}: ${describe(error)}`);
    return false;
  }
}

import type { Attachment } from "../../cni/request.ts";
import { digestOf } from "../../encoding/digest.ts";
import { encodeHex } from "../../encoding/hex.ts";
import type { LinkName } from "../../ip/link-name.ts";

/**
 * The chain of a container on a network: `CNI-` and 24 hexadecimal digits (docs/formats.md).
 *
 * Chain and comment are those of containernetworking/plugins, so that either side can remove what the other made.
 */
export function chainName({ network, container }: Attachment): string {
  return `CNI-${encodeHex(digestOf(`${network}${container}`)).slice(0, 24)}`;
}

/** The comment of every rule of a container on a network. */
export function ruleComment({ network, container }: Attachment): string {
  return `name: "${network}" id: "${container}"`;
}

/**
 * The comment of the rule that marks an address as one of an interface. It has no target, matches the address, and
 * stands in the container's chain, which all interfaces of a container on one network share.
 */
export function markComment(name: LinkName): string {
  return `lxc-cni ${name}`;
}

/** The interface that a mark is of; undefined when a comment is no mark. */
export function markedInterface(comment: string): string | undefined {
  return comment.startsWith("lxc-cni ") ? comment.slice("lxc-cni ".length) : undefined;
}

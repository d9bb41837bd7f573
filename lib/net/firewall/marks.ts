import type { Attachment, NetworkName } from "../../cni/request.ts";
import { digestOf } from "../../encoding/digest.ts";
import { encodeHex } from "../../encoding/hex.ts";
import { encodeUtf8 } from "../../encoding/utf8.ts";
import type { LinkName } from "../../ip/link-name.ts";

/**
 * The chain of a container on a network: `CNI-` and 24 hexadecimal digits (docs/formats.md).
 *
 * Chain and comment are those of containernetworking/plugins, so that either side can remove what the other made.
 */
export function chainName({ network, container }: Pick<Attachment, "network" | "container">): string {
  return `CNI-${hex(`${network}${container}`, 24)}`;
}

/** Whether a chain may be one of a container. */
export function isChainName(chain: string): boolean {
  return /^CNI-[0-9a-f]{24}$/.test(chain);
}

/** The longest comment that iptables keeps, in bytes; it cuts off the rest (XT_MAX_COMMENT_LEN, and a zero at the end). */
const longestComment = 255;

/** The comment of every rule of a container on a network. */
export function ruleComment({ network, container }: Pick<Attachment, "network" | "container">): string {
  // Neither of them has anything but ASCII in it.
  return `name: "${network}" id: "${container}"`.slice(0, longestComment);
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

/**
 * The comment of an attachment's rules in nftables, which is all that tells whose they are (docs/formats.md). That of
 * containernetworking/plugins, too.
 */
export function nftComment(attachment: Attachment): string {
  const { network, container, interface: name } = attachment;
  return fittingComment(`${nftPrefix(attachment)}, net: ${network}, if: ${name}, id: ${container}`);
}

/** What that comment begins with: a function of the identity alone, whatever is cut off behind. */
export function nftPrefix({ network, container, interface: name }: Attachment): string {
  return `${nftNetworkPrefix(network)}${hex(`${name}:${container}`, 16)}`;
}

/** What the comments of all attachments of a network begin with. */
export function nftNetworkPrefix(network: NetworkName): string {
  return `${hex(network, 16)}-`;
}

/**
 * The chain of what all attachments of a network share, in the tables nat and filter of iptables: `LXC-CNI-` and 20
 * hexadecimal digits (docs/formats.md).
 */
export function networkChain(network: NetworkName): string {
  return `LXC-CNI-${hex(network, 20)}`;
}

/** The comment of the rules that all attachments of a network share, in iptables as in nftables. */
export function networkComment(network: NetworkName): string {
  return fittingComment(`${networkPrefix(network)}, net: ${network}`);
}

/** What that comment begins with; no comment of an attachment does. */
export function networkPrefix(network: NetworkName): string {
  return `lxc-cni-${hex(network, 16)}`;
}

/** The longest comment that nft takes, in bytes. */
const longestNftComment = 128;

/** A comment as nft can have it: in its language there is no way to say a double quote, and the length is limited. */
function fittingComment(text: string): string {
  let comment = "";
  let length = 0;
  for (const character of text.replaceAll('"', "")) {
    length += encodeUtf8(character).length;
    if (length > longestNftComment) break;
    comment += character;
  }
  return comment;
}

/** The names that a port's guard has in nftables. */
export interface GuardNames {
  /** The chain that what comes in by the port goes to. */
  readonly chain: string;
  /** The chain that checks its MAC. */
  readonly macChain: string;
  readonly comment: string;
}

/**
 * The names of containernetworking/plugins (docs/formats.md). Where its comment would be longer than nft takes, or nft
 * would take the name of a chain for a pattern, and the Go plugin fails, a hash stands for container and interface.
 */
export function guardNames({ container, interface: name }: Omit<Attachment, "network">): GuardNames {
  const plain = `${container}-${name}`;
  const fits = encodeUtf8(`macspoofchk-${plain}`).length <= longestNftComment && !plain.endsWith("*");
  const identity = fits ? plain : `sha512-${hex(plain, 64)}`;
  const chain = `cni-br-iface-${identity}`;
  return { chain, macChain: `${chain}-mac`, comment: `macspoofchk-${identity}` };
}

const hashed = new Map<string, string>();

/** The first digits of the SHA-512 of a text. The rules of a call have the same names again and again. */
function hex(text: string, digits: number): string {
  const hash = hashed.get(text) ?? encodeHex(digestOf(text));
  hashed.set(text, hash);
  return hash.slice(0, digits);
}

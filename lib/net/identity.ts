import type { Attachment, NetworkName } from "../cni/request.ts";
import { base32 } from "../encoding/base32.ts";
import { digestOf } from "../encoding/digest.ts";
import { encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import type { LinkName } from "../ip/link-name.ts";

/** The longest alias that the kernel stores, in bytes (IFALIASZ - 1). */
const longestAlias = 255;

/** How long the names of ports are: they take all the room that there is (IFNAMSIZ without the zero at the end). */
const portNameLength = 15;

/** The alias of a bridge that we made, and whose settings we may therefore change. */
export const bridgeAlias = "lxc-cni bridge";

/**
 * The name of the host's end of an attachment: `veth`, 4 characters for the network, 7 for the container and its
 * interface (docs/formats.md). A function of the identity alone, so that DEL finds it without any record.
 */
export function portName({ network, container, interface: name }: Attachment): LinkName {
  return `${portPrefix(network)}${digest(`${container} ${name}`, 7)}` as LinkName;
}

/** How the names of all ports of a network begin: `veth` and 4 characters (docs/formats.md). */
export function portPrefix(network: NetworkName): string {
  return `veth${digest(network, 4)}`;
}

/** Whether a name is one that ports of a network have. */
export function isPortName(name: string, network: NetworkName): boolean {
  return name.length === portNameLength && name.startsWith(portPrefix(network));
}

/** 4 characters for a bridge, by which its lock is known. */
export function bridgeTag(bridge: LinkName): string {
  return digest(bridge, 4);
}

/**
 * The name of the port of a gateway in a VLAN: `vlan` and 11 characters for the name of its other end, `BRIDGE.VLAN`
 * (docs/formats.md).
 */
export function gatewayPortName(gateway: LinkName): LinkName {
  return `vlan${digest(gateway, 11)}` as LinkName;
}

/**
 * The alias of that end: `lxc-cni NETWORK CONTAINER INTERFACE`, or with a hash in place of the three where that is
 * longer than the kernel stores (docs/formats.md).
 */
export function portAlias({ network, container, interface: name }: Attachment): string {
  const plain = `lxc-cni ${network} ${container} ${name}`;
  if (encodeUtf8(plain).length <= longestAlias) return plain;
  return `lxc-cni sha512 ${encodeHex(digestOf(plain))}`;
}

/** Whether an alias is one of ours, whatever it is of. */
export function isOwnAlias(alias: string): boolean {
  return alias.startsWith("lxc-cni ");
}

const known = new Map<string, string>();

/** The first characters of a hash, 11 at most. One call asks for the same few again and again. */
function digest(text: string, characters: number): string {
  let letters = known.get(text);
  if (letters === undefined) {
    letters = base32(digestOf(text), 11);
    known.set(text, letters);
  }
  return letters.slice(0, characters);
}

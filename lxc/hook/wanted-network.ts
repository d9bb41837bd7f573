import { formatAddress, parseAddress } from "../../lib/ip/address.ts";
import { type LinkName, whyNoLinkName } from "../../lib/ip/link-name.ts";
import { type Mac, macBytes, parseMac } from "../../lib/ip/mac.ts";
import { formatPrefix, parsePrefix } from "../../lib/ip/prefix.ts";
import { UsageError } from "../command-line/usage-error.ts";

/** A network that a container is to be on, and the interface that it is to be on it by. */
export interface WantedNetwork {
  /** A name, or a path. */
  readonly network: string;
  readonly interface: LinkName;
  /** Addresses that it is to have, each with or without the length of a prefix; none where any will do. */
  readonly ips: readonly string[];
  /** The MAC that it is to have; undefined where any will do. */
  readonly mac: Mac | undefined;
}

/** How a network is asked for. */
export const wantedNetworkForm = "NETWORK[:INTERFACE][,ip=ADDRESS]...[,mac=MAC]";

/**
 * Reads `NETWORK[:INTERFACE][,ip=ADDRESS]...[,mac=MAC]` (docs/formats.md, "Hook lines"). What stands behind the first
 * comma are wishes, so that neither names nor paths of networks can have one.
 *
 * @param unnamed The interface where none is named.
 * @throws UsageError where it is not of that form.
 */
export function parseWantedNetwork(word: string, unnamed: string): WantedNetwork {
  const [place = "", ...wishes] = word.split(",");
  const [network = "", name = unnamed, ...more] = place.split(":");
  const reason = name === "lo" ? "a container has lo already" : whyNoLinkName(name);
  if (network === "" || more.length > 0) throw notUnderstood(word);
  if (reason !== undefined) throw notUnderstood(word, reason);
  return { network, interface: name as LinkName, ...parseWishes(word, wishes) };
}

function parseWishes(word: string, wishes: readonly string[]): Pick<WantedNetwork, "ips" | "mac"> {
  const ips: string[] = [];
  let mac: Mac | undefined;
  for (const wish of wishes) {
    const [key, value = ""] = splitOnce(wish);
    if (key === "ip") ips.push(parseIp(value) ?? refuse(word, `"${value}" is no address`));
    else if (key !== "mac") refuse(word, `"${wish}" is neither ip=ADDRESS nor mac=MAC`);
    else if (mac !== undefined) refuse(word, "it has two MACs");
    else mac = parseMac(value) ?? refuse(word, `"${value}" is no MAC`);
  }
  if (mac !== undefined && !isOfOneStation(mac)) refuse(word, `${mac} is no MAC of a single interface`);
  return { ips, mac };
}

function splitOnce(wish: string): [key: string, value?: string] {
  const at = wish.indexOf("=");
  return at === -1 ? [wish] : [wish.slice(0, at), wish.slice(at + 1)];
}

/** The canonical text of an address, or of one with the length of a prefix; undefined where it is neither. */
function parseIp(text: string): string | undefined {
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return formatPrefix(prefix);
  const address = parseAddress(text);
  return address && formatAddress(address);
}

/** The kernel refuses a group's address, and that of nobody (is_valid_ether_addr). */
function isOfOneStation(mac: Mac): boolean {
  const bytes = macBytes(mac);
  return ((bytes[0] ?? 0) & 1) === 0 && bytes.some((byte) => byte !== 0);
}

function refuse(word: string, reason: string): never {
  throw notUnderstood(word, reason);
}

function notUnderstood(word: string, reason?: string): UsageError {
  return new UsageError(`"${word}" is no ${wantedNetworkForm}${reason === undefined ? "" : `: ${reason}`}`);
}

import { CniError, Code } from "../../lib/cni/error.ts";
import { type Address, compareAddress, parseAddress } from "../../lib/ip/address.ts";
import {
  equalPrefix,
  formatPrefix,
  lastAddressOf,
  networkOf,
  type Prefix,
  parsePrefix,
} from "../../lib/ip/prefix.ts";
import type { Span } from "../../lib/ip/range.ts";

/**
 * The address at a place of the configuration; an empty text is none, as for Go's `net.IP`.
 *
 * @param path The place, as a JSON pointer (RFC 6901).
 * @throws CniError 7 when the text is no address.
 */
export function addressAt(path: string, text: string | undefined): Address | undefined {
  if (text === undefined || text === "") return undefined;
  return parseAddress(text) ?? invalid(path, text, `invalid IP address: ${text}`);
}

/**
 * The prefix at a place of the configuration.
 *
 * @param path The place, as a JSON pointer (RFC 6901).
 * @throws CniError 7 when the text is no prefix.
 */
export function prefixAt(path: string, text: string): Prefix {
  return parsePrefix(text) ?? invalid(path, text, `invalid CIDR address: ${text}`);
}

/**
 * The address at a place where a caller asks for one: with or without the length of a prefix, which counts for nothing.
 *
 * @param path The place, as a JSON pointer (RFC 6901).
 * @throws CniError 7 when the text is neither.
 */
export function requestedAddressAt(path: string, text: string): Address {
  if (text === "") return invalid(path, text, "cannot understand ip: IP <nil> not v4 nor v6");
  return parseRequestedAddress(text) ?? invalid(path, text, `invalid IP address ${text}`);
}

/** The address of `text`, which is an address or a prefix. */
export function parseRequestedAddress(text: string): Address | undefined {
  return text.includes("/") ? parsePrefix(text)?.address : parseAddress(text);
}

/**
 * The addresses at a place of the configuration: one (`10.1.2.5`), those from one to another one (`10.1.2.5-10.1.2.9`), or
 * a network (`10.1.2.64/28`).
 *
 * @param path The place, as a JSON pointer (RFC 6901).
 * @throws CniError 7 when the text is none of them.
 */
export function spanAt(path: string, text: string): Span {
  if (text.includes("/")) return networkAt(path, text);
  const [start, end, ...more] = text.split("-").map(parseAddress);
  if (start === undefined || more.length > 0 || (end === undefined && text.includes("-"))) {
    return invalid(path, text, `invalid IP address range: ${text}`);
  }
  if (end !== undefined && (end.family !== start.family || compareAddress(start, end) > 0)) {
    return invalid(path, text, `invalid IP address range: ${text} ends before it starts`);
  }
  return { start, end: end ?? start };
}

function networkAt(path: string, text: string): Span {
  const prefix = prefixAt(path, text);
  if (equalPrefix(prefix, networkOf(prefix))) return { start: prefix.address, end: lastAddressOf(prefix) };
  const network = formatPrefix(networkOf(prefix));
  return invalid(path, text, `${text} has host bits set; the network is ${network}`);
}

function invalid(path: string, text: string, message: string): never {
  throw new CniError(Code.invalidConfiguration, message, `${path} is ${JSON.stringify(text)}`);
}

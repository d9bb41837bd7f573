import { CniError, Code } from "../../lib/cni/error.ts";
import { type Address, parseAddress } from "../../lib/ip/address.ts";
import { type Prefix, parsePrefix } from "../../lib/ip/prefix.ts";

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

function invalid(path: string, text: string, message: string): never {
  throw new CniError(Code.invalidConfiguration, message, `${path} is ${JSON.stringify(text)}`);
}

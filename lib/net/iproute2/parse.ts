import { isObject, type Json, type JsonObject } from "../../cni/json.ts";
import { parseMac } from "../../ip/mac.ts";
import { type Prefix, parsePrefix } from "../../ip/prefix.ts";
import type { LinkWithAddresses } from "../link-backend.ts";

/** Reads what `ip -json -details address show` (or `link show`) printed. */
export function parseLinks(output: string): LinkWithAddresses[] {
  const printed: Json = output.trim() === "" ? [] : JSON.parse(output);
  return Array.isArray(printed) ? printed.filter(isLink).map(parseLink) : [];
}

/** `ip` prints `{}` for what a filter left out. */
function isLink(value: Json): value is JsonObject {
  return isObject(value) && typeof value.ifindex === "number";
}

function parseLink(link: JsonObject): LinkWithAddresses {
  const info = link.linkinfo;
  return {
    index: Number(link.ifindex),
    name: String(link.ifname),
    kind: isObject(info) && typeof info.info_kind === "string" ? info.info_kind : undefined,
    mac: typeof link.address === "string" ? parseMac(link.address) : undefined,
    mtu: Number(link.mtu),
    up: Array.isArray(link.flags) && link.flags.includes("UP"),
    alias: typeof link.ifalias === "string" ? link.ifalias : "",
    peerIndex: typeof link.link_index === "number" ? link.link_index : undefined,
    addresses: Array.isArray(link.addr_info) ? link.addr_info.filter(isObject).flatMap(parseLinkAddress) : [],
  };
}

function parseLinkAddress({ local, prefixlen }: JsonObject): Prefix[] {
  const address = parsePrefix(`${String(local)}/${String(prefixlen)}`);
  return address === undefined ? [] : [address];
}

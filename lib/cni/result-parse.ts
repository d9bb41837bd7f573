import { type Address, parseAddress } from "../ip/address.ts";
import { type Prefix, parsePrefix } from "../ip/prefix.ts";
import { CniError, Code } from "./error.ts";
import { excerpt } from "./excerpt.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { Dns, Interface, IpConfig, Result, Route } from "./result.ts";
import { isAtLeast, supportedVersions } from "./version.ts";

/** A result without anything in it. */
export const emptyResult: Result = { interfaces: [], ips: [], routes: [], dns: {} };

/**
 * Reads a result that another plugin or a runtime wrote.
 *
 * @param fallbackVersion The version to take it for when it names none.
 * @throws CniError 6 where it is no result, with the part that is wrong.
 */
export function parseResult(value: Json, fallbackVersion: string): Result {
  if (value === null || value === undefined) return emptyResult;
  if (!isObject(value)) throw unreadable("", "an object", value);
  const version =
    typeof value.cniVersion === "string" && value.cniVersion !== "" ? value.cniVersion : fallbackVersion;
  if (!supportedVersions.includes(version)) {
    throw new CniError(Code.undecodable, `unsupported CNI result version "${version}"`);
  }
  return isAtLeast(version, "0.3.0") ? parseStructured(value) : parseOriginal(value);
}

function parseStructured(value: JsonObject): Result {
  return {
    interfaces: list(value, "interfaces").map(parseInterface),
    ips: list(value, "ips").map(parseIp),
    routes: parseRoutes(value, ""),
    dns: parseDns(value.dns),
  };
}

/** 0.1.0 and 0.2.0: `ip4` and `ip6` instead of lists. */
function parseOriginal(value: JsonObject): Result {
  const families = (["ip4", "ip6"] as const).flatMap((key) => {
    const family = value[key];
    if (family === undefined || family === null) return [];
    if (!isObject(family)) throw unreadable(key, "an object", family);
    return { key, family };
  });
  return {
    interfaces: [],
    ips: families.map(({ key, family }) => ({
      address: prefix(family.ip, key, "ip"),
      gateway: optionalAddress(family.gateway, key, "gateway"),
    })),
    routes: families.flatMap(({ key, family }) => parseRoutes(family, `${key}/`)),
    dns: parseDns(value.dns),
  };
}

function parseInterface(value: Json, index: number): Interface {
  const path = `interfaces/${index}`;
  if (!isObject(value) || typeof value.name !== "string") throw unreadable(path, "an interface", value);
  return {
    name: value.name,
    mac: optionalText(value.mac, path, "mac"),
    mtu: optionalInteger(value.mtu, path, "mtu"),
    sandbox: optionalText(value.sandbox, path, "sandbox"),
    socketPath: optionalText(value.socketPath, path, "socketPath"),
    pciID: optionalText(value.pciID, path, "pciID"),
  };
}

function parseIp(value: Json, index: number): IpConfig {
  const path = `ips/${index}`;
  if (!isObject(value)) throw unreadable(path, "an address", value);
  return {
    address: prefix(value.address, path, "address"),
    gateway: optionalAddress(value.gateway, path, "gateway"),
    interface: optionalInteger(value.interface, path, "interface"),
  };
}

/** @param path What stands before `routes` in an error. */
function parseRoutes(value: JsonObject, path: string): Route[] {
  return list(value, "routes").map((route, index) => parseRoute(route, `${path}routes/${index}`));
}

/**
 * Reads a route.
 *
 * @param path Where it stands, for the error.
 */
function parseRoute(value: Json, path: string): Route {
  if (!isObject(value)) throw unreadable(path, "a route", value);
  return {
    dst: prefix(value.dst, path, "dst"),
    gw: optionalAddress(value.gw, path, "gw"),
    mtu: optionalNumber(value.mtu, largest, path, "mtu"),
    advmss: optionalNumber(value.advmss, largest, path, "advmss"),
    priority: optionalNumber(value.priority, largest, path, "priority"),
    table: optionalNumber(value.table, largest, path, "table"),
    scope: optionalNumber(value.scope, 255, path, "scope"),
  };
}

function parseDns(value: Json): Dns {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw unreadable("dns", "an object", value);
  return {
    nameservers: optionalTexts(value.nameservers, "dns", "nameservers"),
    domain: optionalText(value.domain, "dns", "domain"),
    search: optionalTexts(value.search, "dns", "search"),
    options: optionalTexts(value.options, "dns", "options"),
  };
}

function list(value: JsonObject, key: string): readonly Json[] {
  const found = value[key];
  if (found === undefined || found === null) return [];
  if (!Array.isArray(found)) throw unreadable(key, "a list", found);
  return found;
}

// The place of a value is put together only for those who read it.

function prefix(value: Json, path: string, key: string): Prefix {
  const parsed = typeof value === "string" ? parsePrefix(value) : undefined;
  if (parsed === undefined) throw unreadable(`${path}/${key}`, "an address with a prefix length", value);
  return parsed;
}

function optionalAddress(value: Json, path: string, key: string): Address | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const parsed = typeof value === "string" ? parseAddress(value) : undefined;
  if (parsed === undefined) throw unreadable(`${path}/${key}`, "an IP address", value);
  return parsed;
}

function optionalText(value: Json, path: string, key: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw unreadable(`${path}/${key}`, "a string", value);
  return value;
}

function optionalTexts(value: Json, path: string, key: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
    throw unreadable(`${path}/${key}`, "a list of strings", value);
  }
  return value;
}

function optionalInteger(value: Json, path: string, key: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw unreadable(`${path}/${key}`, "an integer", value);
  return value;
}

/** The largest number that the kernel has room for (u32 of linux/rtnetlink.h; a scope is an unsigned char). */
const largest = 2 ** 32 - 1;

function optionalNumber(value: Json, highest: number, path: string, key: string): number | undefined {
  const number = optionalInteger(value, path, key);
  if (number === undefined || (number >= 0 && number <= highest)) return number;
  throw unreadable(`${path}/${key}`, `0 to ${highest}`, value);
}

function unreadable(path: string, expected: string, found: Json): CniError {
  return new CniError(
    Code.undecodable,
    `could not parse result: /${path} must be ${expected}`,
    `found ${excerpt(found)}`,
  );
}

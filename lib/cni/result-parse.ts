import { type Address, parseAddress } from "../ip/address.ts";
import { type Prefix, parsePrefix } from "../ip/prefix.ts";
import { CniError, Code } from "./error.ts";
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
    return isObject(family) ? { key, family } : [];
  });
  return {
    interfaces: [],
    ips: families.map(({ key, family }) => ({
      address: prefix(family.ip, `${key}/ip`),
      gateway: optionalAddress(family.gateway, `${key}/gateway`),
    })),
    routes: families.flatMap(({ key, family }) => parseRoutes(family, `${key}/`)),
    dns: parseDns(value.dns),
  };
}

function parseInterface(value: Json, index: number): Interface {
  if (!isObject(value) || typeof value.name !== "string")
    throw unreadable(`interfaces/${index}`, "an interface", value);
  return {
    name: value.name,
    mac: optionalText(value.mac),
    mtu: optionalNumber(value.mtu),
    sandbox: optionalText(value.sandbox),
    socketPath: optionalText(value.socketPath),
    pciID: optionalText(value.pciID),
  };
}

function parseIp(value: Json, index: number): IpConfig {
  const path = `ips/${index}`;
  if (!isObject(value)) throw unreadable(path, "an address", value);
  return {
    address: prefix(value.address, `${path}/address`),
    gateway: optionalAddress(value.gateway, `${path}/gateway`),
    interface: optionalNumber(value.interface),
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
export function parseRoute(value: Json, path: string): Route {
  if (!isObject(value)) throw unreadable(path, "a route", value);
  return {
    dst: prefix(value.dst, `${path}/dst`),
    gw: optionalAddress(value.gw, `${path}/gw`),
    mtu: optionalNumber(value.mtu),
    advmss: optionalNumber(value.advmss),
    priority: optionalNumber(value.priority),
    table: optionalNumber(value.table),
    scope: optionalNumber(value.scope),
  };
}

function parseDns(value: Json): Dns {
  if (!isObject(value)) return {};
  return {
    nameservers: texts(value.nameservers),
    domain: optionalText(value.domain),
    search: texts(value.search),
    options: texts(value.options),
  };
}

function list(value: JsonObject, key: string): readonly Json[] {
  const found = value[key];
  if (found === undefined || found === null) return [];
  if (!Array.isArray(found)) throw unreadable(key, "a list", found);
  return found;
}

function texts(value: Json): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : undefined;
}

function prefix(value: Json, path: string): Prefix {
  const parsed = typeof value === "string" ? parsePrefix(value) : undefined;
  if (parsed === undefined) throw unreadable(path, "an address with a prefix length", value);
  return parsed;
}

function optionalAddress(value: Json, path: string): Address | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const parsed = typeof value === "string" ? parseAddress(value) : undefined;
  if (parsed === undefined) throw unreadable(path, "an IP address", value);
  return parsed;
}

function optionalText(value: Json): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function optionalNumber(value: Json): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function unreadable(path: string, expected: string, found: Json): CniError {
  const text = JSON.stringify(found) ?? "nothing";
  return new CniError(
    Code.undecodable,
    `could not parse result: /${path} must be ${expected}`,
    `found ${text.slice(0, 80)}`,
  );
}

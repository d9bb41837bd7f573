import { formatAddress } from "../ip/address.ts";
import { formatPrefix } from "../ip/prefix.ts";
import { CniError, Code } from "./error.ts";
import { type Json, type JsonObject, stringify } from "./json.ts";
import type { Dns, Interface, IpConfig, Result, Route } from "./result.ts";
import { isAtLeast } from "./version.ts";

/**
 * A result as text in the form of a version of the specification, byte for byte as the Go library prints it:
 * up to 0.4.0 in the order of its structures, from 1.0.0 on in the order of the alphabet.
 *
 * @throws CniError 7 where the version has no way to say it (no address at all in 0.1.0 and 0.2.0).
 */
export function formatResult(result: Result, version: string): string {
  return stringify(resultInVersion(result, version));
}

/** A result as JSON in the form of a version of the specification; see {@linkcode formatResult}. */
export function resultInVersion(result: Result, version: string): Json {
  if (isAtLeast(version, "1.0.0")) return present(version, result);
  if (isAtLeast(version, "0.3.0")) return structured(version, result);
  return original(version, result);
}

/**
 * 1.0.0 and later. The members of all objects are in the order of the alphabet, since the Go library passes such results
 * through a map.
 */
function present(version: string, { dns, interfaces, ips, routes }: Result): Json {
  return {
    cniVersion: version,
    dns: isEmptyDns(dns) ? undefined : presentDnsJson(dns),
    interfaces: unlessEmpty(interfaces.map(presentInterfaceJson)),
    ips: unlessEmpty(ips.map(presentIpJson)),
    routes: unlessEmpty(routes.map(presentRouteJson)),
  };
}

/** 0.3.0 to 0.4.0. */
function structured(version: string, { interfaces, ips, routes, dns }: Result): Json {
  return {
    cniVersion: version,
    interfaces: unlessEmpty(interfaces.map(interfaceJson)),
    ips: unlessEmpty(
      ips.map((ip) => ({
        version: String(ip.address.address.family),
        interface: ip.interface,
        ...ipJson(ip),
      })),
    ),
    routes: unlessEmpty(routes.map(routeJson)),
    dns: dnsJson(dns),
  };
}

/** 0.1.0 and 0.2.0: one address a family, no interfaces. */
function original(version: string, { ips, routes, dns }: Result): Json {
  if (ips.length === 0) {
    throw new CniError(
      Code.invalidConfiguration,
      "cannot convert: no valid IP addresses",
      `cniVersion "${version}" has results with addresses only; use 0.3.0 or later`,
    );
  }
  const ofFamily = (family: 4 | 6): Json => {
    const ip = ips.find(({ address }) => address.address.family === family);
    if (ip === undefined) return undefined;
    return {
      ip: formatPrefix(ip.address),
      gateway: ip.gateway && formatAddress(ip.gateway),
      routes: unlessEmpty(
        routes
          .filter(({ dst }) => dst.address.family === family)
          .map(({ dst, gw }) => ({ dst: formatPrefix(dst), gw: gw && formatAddress(gw) })),
      ),
    };
  };
  return { cniVersion: version, ip4: ofFamily(4), ip6: ofFamily(6), dns: dnsJson(dns) };
}

function presentInterfaceJson({ name, mac, mtu, sandbox, socketPath, pciID }: Interface): Json {
  return {
    mac: mac || undefined,
    mtu: mtu || undefined,
    name,
    pciID: pciID || undefined,
    sandbox: sandbox || undefined,
    socketPath: socketPath || undefined,
  };
}

function presentIpJson({ interface: index, address, gateway }: IpConfig): Json {
  return { address: formatPrefix(address), gateway: gateway && formatAddress(gateway), interface: index };
}

function presentRouteJson(route: Route): Json {
  const { dst, gw, mtu, advmss, priority, table, scope } = routeJson(route);
  return { advmss, dst, gw, mtu, priority, scope, table };
}

function presentDnsJson(dns: Dns): Json {
  const { nameservers, domain, search, options } = dnsJson(dns);
  return { domain, nameservers, options, search };
}

function interfaceJson({ name, mac, sandbox }: Interface): JsonObject {
  return { name, mac: mac || undefined, sandbox: sandbox || undefined };
}

function ipJson({ interface: index, address, gateway }: IpConfig): JsonObject {
  return { interface: index, address: formatPrefix(address), gateway: gateway && formatAddress(gateway) };
}

function routeJson({ dst, gw, mtu, advmss, priority, table, scope }: Route): JsonObject {
  // The Go library leaves out a zero of these three, but not one of table and scope, where 0 has a meaning.
  return {
    dst: formatPrefix(dst),
    gw: gw && formatAddress(gw),
    mtu: mtu || undefined,
    advmss: advmss || undefined,
    priority: priority || undefined,
    table,
    scope,
  };
}

function dnsJson({ nameservers, domain, search, options }: Dns): JsonObject {
  return {
    nameservers: unlessEmpty(nameservers),
    domain: domain || undefined,
    search: unlessEmpty(search),
    options: unlessEmpty(options),
  };
}

/** Whether there is nothing that a resolver could be told. */
function isEmptyDns({ nameservers, domain, search, options }: Dns): boolean {
  return !(nameservers?.length || domain || search?.length || options?.length);
}

function unlessEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

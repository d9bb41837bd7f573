import { CniError, Code } from "../../lib/cni/error.ts";
import type { IpConfig, Result, Route } from "../../lib/cni/result.ts";
import type { Address } from "../../lib/ip/address.ts";
import { nextAddress } from "../../lib/ip/address.ts";
import { contains, equalPrefix, firstAddressOf, formatPrefix, type Prefix } from "../../lib/ip/prefix.ts";
import type { Settings } from "./settings.ts";

/**
 * What the IPAM plugin leased, with the gateways and routes that the settings add to it (notes on the reference: an
 * address without a gateway gets its network's first address).
 */
export function withGateways(leased: Result, { isGateway, isDefaultGateway }: Settings): Result {
  const ips = leased.ips.map((ip) => ({
    ...ip,
    gateway: ip.gateway ?? (isGateway ? nextAddress(firstAddressOf(ip.address)) : undefined),
  }));
  return { ...leased, ips, routes: isDefaultGateway ? withDefaultRoutes(leased.routes, ips) : leased.routes };
}

/** The routes, and a default route for every family that has a gateway and no default route yet. */
function withDefaultRoutes(routes: readonly Route[], ips: readonly IpConfig[]): Route[] {
  const added = ([4, 6] as const).flatMap((family) => {
    const gateway = gatewayOf(family, ips);
    const isThere = routes.some(({ dst }) => dst.address.family === family && dst.length === 0);
    return gateway === undefined || isThere ? [] : [{ dst: defaultDestination(family), gw: gateway }];
  });
  return [...routes, ...added];
}

/** The gateway that a route of a family goes by when it names none: the first that there is. */
export function gatewayOf(family: 4 | 6, ips: readonly IpConfig[]): Address | undefined {
  return ips.find(({ gateway }) => gateway?.family === family)?.gateway;
}

/** The addresses that the bridge needs to be the gateway: each gateway, with the length of its subnet's prefix. */
export function bridgeAddresses(ips: readonly IpConfig[]): Prefix[] {
  const all = ips.flatMap(({ address, gateway }) =>
    gateway ? [{ address: gateway, length: address.length }] : [],
  );
  return all.filter((prefix, index) => all.findIndex((each) => equalPrefix(each, prefix)) === index);
}

/** An address that a bridge has, and one that it is to get, which cannot both be. */
export interface AddressConflict {
  readonly found: Prefix;
  readonly missing: Prefix;
}

/**
 * Addresses of the bridge that are in the way of those that it is to get: of IPv4 any that is no gateway of the
 * network, of IPv6 those whose subnets overlap (the reference's rule). Each of them once.
 *
 * @param wanted All addresses that the bridge is to have.
 * @param missing Those that it is to get.
 * @param found Those that it has.
 */
export function addressConflicts(
  wanted: readonly Prefix[],
  missing: readonly Prefix[],
  found: readonly Prefix[],
): AddressConflict[] {
  return found
    .filter((each) => !wanted.some((prefix) => equalPrefix(prefix, each)))
    .flatMap((each) => {
      const first = missing.find((address) => conflict(address, each));
      return first === undefined ? [] : { found: each, missing: first };
    });
}

function conflict(wanted: Prefix, found: Prefix): boolean {
  if (wanted.address.family !== found.address.family) return false;
  if (wanted.address.family === 4) return true;
  return contains(wanted, found.address) || contains(found, wanted.address);
}

/** The error for a bridge that has an address that is in the way. The text is the reference's. */
export function conflictError(bridge: string, { found, missing }: AddressConflict): CniError {
  return new CniError(
    Code.invalidConfiguration,
    `"${bridge}" already has an IP address different from ${formatPrefix(missing)}`,
    `it has ${formatPrefix(found)}; set /forceAddress to replace it, or name another /bridge`,
  );
}

/** 0.0.0.0/0 or ::/0. */
function defaultDestination(family: 4 | 6): Prefix {
  return { address: { family, value: 0n }, length: 0 };
}

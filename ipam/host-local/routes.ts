import type { Route } from "../../lib/cni/result.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { addressAt, prefixAt } from "./fields.ts";

/**
 * The routes of a configuration, which the result carries as they are.
 *
 * @throws CniError 7 for a destination that is no prefix, or a next hop that is no address.
 */
export function routesOf({ ipam }: HostLocalConfig): Route[] {
  return (ipam?.routes ?? []).map(({ dst, gw, mtu, advmss, priority, table, scope }, index) => ({
    dst: prefixAt(`/ipam/routes/${index}/dst`, dst),
    gw: addressAt(`/ipam/routes/${index}/gw`, gw),
    mtu,
    advmss,
    priority,
    table,
    scope,
  }));
}

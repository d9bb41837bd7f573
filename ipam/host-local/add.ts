import type { Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { allocate } from "./allocate.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { leaseDirectory, withLeases } from "./lease-directory.ts";
import { poolsOf } from "./ranges.ts";
import { isAdopting, requestedAddresses } from "./requested.ts";
import { readResolvConf } from "./resolv-conf.ts";
import { routesOf } from "./routes.ts";
import { rememberAddresses, rememberedAddresses } from "./sticky.ts";

/**
 * Leases an address of each range set to the attachment (CNI specification 1.1.0, section 4, ADD).
 *
 * All or nothing: when it fails, no lease is left that was not there before, and none is gone.
 *
 * @throws CniError 4 for CNI_ARGS and 7 for a configuration that cannot be used, 11 when other calls do not let go of
 *   the leases, 5, 110, 111, 112, 113 as for {@linkcode allocate}.
 */
export function add({
  config,
  version,
  attachment,
  arguments: args,
}: Pick<Request<HostLocalConfig>, "config" | "version" | "attachment" | "arguments">): Result {
  const pools = poolsOf(config, version);
  const requested = requestedAddresses(config, args);
  const adopt = isAdopting(config, args);
  const routes = routesOf(config);
  const dns = readResolvConf(config.ipam?.resolvConf);

  const directory = leaseDirectory(config.ipam?.dataDir, attachment.network);
  const { sticky = false } = config.ipam ?? {};
  const ips = withLeases(directory, (leases) => {
    const preferred = sticky ? rememberedAddresses(directory, attachment) : [];
    const demand = { ...pools, attachment, requested, preferred, adopt };
    const allocated = allocate(leases, demand);
    const addresses = allocated.map(({ address }) => address.address);
    if (sticky) rememberAddresses(directory, attachment, addresses);
    return allocated;
  });
  return { interfaces: [], ips, routes, dns };
}

import { areLeasesOfEarlierBoot } from "../../ipam/host-local/leased.ts";
import type { Request } from "../../lib/cni/request.ts";
import { isOwnAlias, portName } from "../../lib/net/identity.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import type { BridgeConfig } from "./config.schema.ts";
import type { HostState } from "./host-state.ts";
import { readRecord } from "./record.ts";
import { ipamTypeOf } from "./settings.ts";

/**
 * Whether a lease of an attachment that has no live port of ours was left behind, and is not that of a live attachment
 * which another plugin made: its port has another name than ours would.
 *
 * A lease was left behind that we recorded, or that is from before the last boot; and any lease where the bridge has no
 * port of another plugin at all.
 */
export function isLeaseLeftBehind(
  { attachment, config }: Request<BridgeConfig>,
  { bridge }: HostState,
  links: LinkBackend,
): boolean {
  if (bridge === undefined || readRecord(portName(attachment)) !== undefined) return true;
  if (ipamTypeOf(config) === "host-local" && areLeasesOfEarlierBoot(config, attachment)) return true;
  const ports = links.readLinks("host").filter(({ master }) => master === bridge.index);
  return !ports.some(({ kind, alias }) => kind === "veth" && !isOwnAlias(alias));
}

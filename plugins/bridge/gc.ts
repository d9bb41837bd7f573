import { leaseHolders } from "../../ipam/host-local/leased.ts";
import { keyOnNetwork } from "../../lib/cni/attachment-key.ts";
import { type CarriedPlugins, forward } from "../../lib/cni/delegate.ts";
import type { NetworkRequest, ValidAttachment } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { deleteLink } from "../../lib/net/delete-link.ts";
import { collectRules } from "../../lib/net/firewall/collect-rules.ts";
import type { Lost } from "../../lib/net/firewall/guard-collect.ts";
import { collectNetworkRules } from "../../lib/net/firewall/network-ensure.ts";
import { portName } from "../../lib/net/identity.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { Failures } from "./failures.ts";
import { sharedOf } from "./leave.ts";
import { whileNobodyChanges } from "./locks.ts";
import { portsOf } from "./ports.ts";
import { recordedPorts, removeRecord } from "./record.ts";
import { ipamTypeOf } from "./settings.ts";

/**
 * Removes what is left of attachments of the network that are not valid: ports, rules and leases (CNI specification
 * 1.1.0, section 2, GC). What is not of this network, or not of a plugin, stays; so do ports that another plugin made,
 * whose names tell nothing. A step that fails does not keep the others from being taken.
 *
 * @throws CniError that reports all steps that failed, with the code of the first; 11 where attachments of the network
 *   are being changed all the time.
 */
export function gc(
  request: NetworkRequest<BridgeConfig>,
  valid: readonly ValidAttachment[],
  carried: CarriedPlugins,
): void {
  const { network, config } = request;
  const ipamType = ipamTypeOf(config);
  const validPorts = new Set(valid.map((each) => portName({ network, ...each })));
  const isStale = (port: LinkName) => !validPorts.has(port);
  const collect = (links: LinkBackend) => {
    const failures = new Failures();
    for (const port of portsOf(network, links).filter(isStale)) {
      failures.attempt(() => deleteLink(port, links));
    }
    failures.attempt(() => collectRules(network, valid, lostOf(request, valid, links)));
    for (const port of recordedPorts(network).filter(isStale)) failures.attempt(() => removeRecord(port));
    failures.attempt(() => collectNetworkRules(network, () => portsOf(network, links).length === 0));
    failures.attempt(() => ipamType !== undefined && forward(ipamType, request, carried));
    failures.throwIfAny();
  };
  whileNobodyChanges(network, () => withHostLinks(collect));
}

/** The attachments that are not valid, but hold leases of our own IPAM plugin. */
function lostOf(
  { config, network }: NetworkRequest<BridgeConfig>,
  valid: readonly ValidAttachment[],
  links: LinkBackend,
): Lost {
  // There may be as many of these as of those.
  const validHolders = new Set(valid.map(keyOnNetwork));
  const { index } = links.readLink("host", sharedOf(config).bridge) ?? {};
  const elsewhere = links.readLinks("host").filter(({ master }) => index === undefined || master !== index);
  const names = new Set(elsewhere.map(({ name }) => name));
  return {
    attachments: leaseHolders(config, network).filter((holder) => !validHolders.has(keyOnNetwork(holder))),
    isElsewhere: (port) => names.has(port),
  };
}

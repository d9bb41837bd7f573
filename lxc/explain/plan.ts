import { nextLease } from "../../ipam/host-local/look-ahead.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import type { IpConfig, Result } from "../../lib/cni/result.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import { routerRouteKeys } from "../../lib/net/default-route.ts";
import { chooseFirewall } from "../../lib/net/firewall/choose.ts";
import type { Firewall } from "../../lib/net/firewall/firewall.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import type { Operation } from "../../lib/net/operation.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { forwardingKeys, isForwarding } from "../../plugins/bridge/forwarding.ts";
import { withGateways } from "../../plugins/bridge/gateways.ts";
import { stateOfHost } from "../../plugins/bridge/host-state.ts";
import { chooseMacs, type Macs } from "../../plugins/bridge/macs.ts";
import { planAttachment } from "../../plugins/bridge/plan.ts";
import type { Settings } from "../../plugins/bridge/settings.ts";
import type { NetworkDetails } from "../network/details.ts";

/** What an ADD would do. */
export interface ExplainedPlan {
  readonly operations: readonly Operation[];
  /** What has the rules that masquerade. */
  readonly firewall: Firewall["name"];
  /** The addresses that would be leased; undefined where it is not host-local that leases them. */
  readonly leased: readonly IpConfig[] | undefined;
}

/**
 * The operations of an ADD of bridge on this host as it is now, for a container that has nothing of the network yet. Its
 * addresses are those that would be next; MACs that nobody asks for are random.
 *
 * @throws CniError where ADD would fail.
 */
export function explainPlan(
  network: Network,
  { pool }: NetworkDetails,
  settings: Settings,
  attachment: Attachment,
  links: LinkBackend,
): ExplainedPlan {
  const host = stateOfHost(settings, links);
  const lease = pool && nextLease(pool.config, network.version, network.name);
  const leased = withGateways(lease ?? emptyResult, settings);
  const firewall = chooseFirewall(settings.masquerading?.backend).name;
  const macs = chooseMacs(settings);
  const plan = planAttachment({ settings, attachment, leased, isFresh: true, host, macs, backend: firewall });
  const isNewRouter = plan.some(isIpv6Forwarding) && !isForwarding(6);
  return {
    operations: [
      ...(isNewRouter ? routerRouteKeys(links).map(acceptRouters) : []),
      ...plan,
      ...(settings.isLeftDown ? [] : announcement(settings, attachment, leased, macs)),
    ],
    firewall,
    leased: lease?.ips,
  };
}

function isIpv6Forwarding(operation: Operation): boolean {
  return operation.do === "write sysctl" && operation.key === forwardingKeys[6];
}

function acceptRouters(key: string): Operation {
  return { do: "write sysctl", where: "host", key, value: "2", bestEffort: true };
}

/** What lib/net/announce.ts does, once the port forwards. */
function announcement(
  settings: Settings,
  { interface: name }: Attachment,
  { ips }: Result,
  macs: Macs,
): Operation[] {
  if (ips.length === 0) return [];
  return [
    ...ips.map(
      ({ address: { address } }) =>
        ({ do: "forget neighbour", where: "host", link: settings.gatewayLink, address }) as const,
    ),
    { do: "set mac", where: "container", name, mac: macs.container },
  ];
}

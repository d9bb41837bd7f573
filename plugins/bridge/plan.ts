import type { Attachment } from "../../lib/cni/request.ts";
import type { IpConfig, Result } from "../../lib/cni/result.ts";
import { portName } from "../../lib/net/identity.ts";
import type { Operation, WriteSysctl } from "../../lib/net/operation.ts";
import { bridgeSteps } from "./bridge-steps.ts";
import { containerSteps } from "./container-steps.ts";
import { forwardingKeys } from "./forwarding.ts";
import { gatewaySteps } from "./gateway-steps.ts";
import { gatewayOf } from "./gateways.ts";
import type { HostState } from "./host-state.ts";
import type { Macs } from "./macs.ts";
import { portSteps } from "./port-steps.ts";
import type { Settings } from "./settings.ts";
import { wantedRules } from "./wanted-rules.ts";

/** What the plan of a port is made of. */
export interface PortCircumstances {
  readonly settings: Settings;
  readonly attachment: Attachment;
  readonly host: HostState;
  readonly macs: Macs;
}

/** What a plan is made of. */
export interface Circumstances extends PortCircumstances {
  /** What the IPAM plugin leased, with its gateways. */
  readonly leased: Result;
  /** The lease was made by this very call: nothing of an earlier attachment can be left. */
  readonly isFresh: boolean;
  /** What has the rules that masquerade. */
  readonly backend: "iptables" | "nftables";
}

/**
 * The steps that join a container to the bridge, given what the host looked like. Pure: reads nothing, changes
 * nothing.
 *
 * @throws CniError 7 where the gateway has an address that is in the way.
 */
export function planAttachment(circumstances: Circumstances): Operation[] {
  // With forceAddress, addresses of others go: first what may fail.
  return [...planPort(circumstances), ...planAddresses(circumstances)];
}

/** Those of them that can be taken before any address is known. */
export function planPort({ settings, attachment, host, macs }: PortCircumstances): Operation[] {
  return [...bridgeSteps(settings, host, macs), ...portSteps(settings, attachment, host, macs)];
}

/** The others. @throws CniError as {@linkcode planAttachment} */
export function planAddresses(circumstances: Circumstances): Operation[] {
  const { settings, attachment, leased, host, macs } = circumstances;
  return [
    ...gatewaySteps(settings, leased.ips, host, macs),
    ...containerSteps(settings, attachment, leased),
    ...forwardingSteps(settings, leased.ips),
    ...ruleSteps(circumstances),
  ];
}

/** Between networks, for the families that the bridge is a gateway of. */
export function forwardingSteps({ isGateway }: Settings, ips: readonly IpConfig[]): WriteSysctl[] {
  if (!isGateway) return [];
  return ([4, 6] as const)
    .filter((family) => gatewayOf(family, ips) !== undefined)
    .map((family) => ({
      do: "write sysctl",
      where: "host",
      key: forwardingKeys[family],
      value: "1",
      bestEffort: false,
    }));
}

function ruleSteps({ settings, attachment, leased, macs, isFresh, backend }: Circumstances): Operation[] {
  const subject = {
    attachment,
    ips: leased.ips,
    port: portName(attachment),
    mac: macs.container,
    isFresh,
    backend,
  };
  const { masquerade, guard, shared } = wantedRules(settings, subject);
  const where = "host";
  return [
    ...(masquerade === undefined ? [] : [{ do: "masquerade", where, masquerade } as const]),
    ...(guard === undefined ? [] : [{ do: "guard port", where, guard } as const]),
    ...(shared === undefined ? [] : [{ do: "add network rules", where, rules: shared } as const]),
  ];
}

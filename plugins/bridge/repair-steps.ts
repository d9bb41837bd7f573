import { equalPrefix, networkOf, type Prefix } from "../../lib/ip/prefix.ts";
import type { LinkWithAddresses } from "../../lib/net/link-backend.ts";
import type { Operation, WriteSysctl } from "../../lib/net/operation.ts";
import { bridgeSteps } from "./bridge-steps.ts";
import { containerSteps } from "./container-steps.ts";
import type { Damage } from "./damage.ts";
import { forwardingKeys } from "./forwarding.ts";
import { gatewaySteps } from "./gateway-steps.ts";
import { bridgeAddresses } from "./gateways.ts";
import { forwardingSteps } from "./plan.ts";
import { portSteps, vlanSteps } from "./port-steps.ts";
import { wantedRules } from "./wanted-rules.ts";

/**
 * The steps that make an attachment whole again: those of ADD, as far as what they ensure is not so. Pure.
 *
 * @throws CniError 7 where the gateway has an address that is in the way.
 */
export function planRepair(damage: Damage): Operation[] {
  const { settings, host, macs, own, closed } = damage;
  const isClosed = ({ key }: WriteSysctl) => closed.some((family) => forwardingKeys[family] === key);
  return [
    ...bridgeSteps(settings, host, macs),
    ...portRepair(damage),
    ...gatewaySteps(settings, own.ips, host, macs),
    ...containerRepair(damage),
    ...neighbourRepair(damage),
    ...forwardingSteps(settings, own.ips).filter(isClosed),
    ...ruleRepair(damage),
  ];
}

function portRepair(damage: Damage): Operation[] {
  const { settings, attachment, host, found, macs, lacksVlans } = damage;
  const { port } = found;
  if (port === undefined) return portSteps(settings, attachment, host, macs);
  const { bridge, hairpin, isolated, vlans, mtu } = settings;
  const where = "host";
  const name = damage.subject.port;
  const isPlugged = port.master !== undefined && port.master === host.bridge?.index;
  const now = isPlugged ? port.port : undefined;
  const { hairpin: isHairpin, isolated: isIsolated } = now ?? { hairpin: false, isolated: false };
  return [
    ...(isPlugged ? [] : [{ do: "plug port", where, name, bridge } as const]),
    ...(hairpin === isHairpin && isolated === isIsolated
      ? []
      : [{ do: "configure port", where, name, hairpin, isolated } as const]),
    ...(isPlugged && !lacksVlans ? [] : vlanSteps(name, vlans, host)),
    ...(typeof mtu === "number" && port.mtu !== mtu ? [{ do: "set mtu", where, name, mtu } as const] : []),
    ...(port.mac === macs.port ? [] : [{ do: "set mac", where, name, mac: macs.port } as const]),
    ...(port.up ? [] : [{ do: "set up", where, name } as const]),
  ];
}

/** What the container's end lacks; all of it where that was lost. */
function containerRepair(damage: Damage): Operation[] {
  const { settings, attachment, found, macs, own } = damage;
  const { container, containerEntry } = found;
  if (container === undefined) return containerSteps(settings, attachment, own);
  const where = "container";
  const name = attachment.interface;
  const mtu = containerEntry?.mtu;
  return [
    ...(container.mac === macs.container
      ? []
      : [{ do: "set mac", where, name, mac: macs.container } as const]),
    ...(mtu === undefined || mtu === container.mtu ? [] : [{ do: "set mtu", where, name, mtu } as const]),
    ...addressRepair(damage, container),
  ];
}

/** Addresses that are missing, and routes; a link that was down has lost its own. */
function addressRepair(
  { settings, attachment, own, routes }: Damage,
  { up, addresses }: LinkWithAddresses,
): Operation[] {
  const isThere = (address: Prefix) => addresses.some((each) => equalPrefix(each, address));
  const steps = containerSteps(settings, attachment, { ...own, routes: routes.missing });
  // The kernel makes the routes to the subnets itself when it gets an address, or the link comes up.
  const subnets = own.ips.map(({ address }) => address).filter((address) => up && isThere(address));
  const lost = routes.unreachable.filter((to) => subnets.some((each) => equalPrefix(networkOf(each), to)));
  const link = attachment.interface;
  return [
    ...steps.filter(
      (step) => (step.do === "set up" && !up) || (step.do === "add address" && !isThere(step.address)),
    ),
    ...lost.map((to) => ({ do: "add route", where: "container", link, to, onlink: false }) as const),
    ...steps.filter((step) => step.do === "add route"),
  ];
}

/** A container knows its gateway by the MAC of a bridge that is no more. */
function neighbourRepair({ attachment, found, own, hasNewGatewayMac }: Damage): Operation[] {
  if (found.container === undefined || !hasNewGatewayMac) return [];
  const gateways = bridgeAddresses(own.ips).map(({ address }) => address);
  return gateways.map(
    (address) =>
      ({ do: "forget neighbour", where: "container", link: attachment.interface, address }) as const,
  );
}

function ruleRepair({ settings, subject, rules }: Damage): Operation[] {
  const { masquerade, guard, shared } = wantedRules(settings, subject);
  const where = "host";
  const isLost = (kind: keyof typeof rules) => rules[kind].length > 0;
  return [
    ...(masquerade !== undefined && isLost("masquerade")
      ? [{ do: "masquerade", where, masquerade } as const]
      : []),
    ...(guard !== undefined && isLost("guard") ? [{ do: "guard port", where, guard } as const] : []),
    ...(shared !== undefined && isLost("shared")
      ? [{ do: "add network rules", where, rules: shared } as const]
      : []),
  ];
}

import { formatPrefix, type Prefix } from "../../lib/ip/prefix.ts";
import { subnetsOf } from "../network/details.ts";
import { type TakenSubnet, takenByHost, takenByNetworks, usesOf } from "../network/taken.ts";
import { doubtful, type Finding, orOk, wrong } from "./finding.ts";
import type { ExaminedNetwork, Subject } from "./subject.ts";

/** Subnets that two networks have, or a network and the host. */
export function subnets(subject: Subject): Finding[] {
  const ofHost = takenByHost(subject.links);
  const findings = subject.networks.flatMap((network, index) => {
    const before = takenByNetworks(subject.networks.slice(0, index));
    // What is on another network's bridge is that network's.
    const bridges = subject.networks.flatMap(({ details }) => details.bridge?.gatewayLink ?? []);
    const others = [...before, ...ofHost.filter(({ link }) => !bridges.some((bridge) => bridge === link))];
    return subnetsOf(network.details).flatMap((subnet) => collisionsOf(subnet, network, others));
  });
  return orOk(findings, "no network has a subnet that another one, or a route of the host, has");
}

function collisionsOf(
  subnet: Prefix,
  { network, details, file }: ExaminedNetwork,
  others: readonly TakenSubnet[],
) {
  const uses = usesOf(subnet, others, details.bridge?.gatewayLink);
  const [use] = uses.toSorted((a, b) => b.subnet.length - a.subnet.length);
  if (use === undefined) return [];
  const what = `network ${network.name} has the subnet ${formatPrefix(subnet)}, and so has ${use.by}`;
  const remedy = `lxc-cni network rm ${network.name} && lxc-cni network create ${network.name}`;
  // A wider route goes on for all addresses but the network's.
  return [
    use.kind === "route" && use.subnet.length < subnet.length
      ? doubtful(what, file, remedy)
      : wrong(what, file, remedy),
  ];
}

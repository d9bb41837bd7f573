import type { Attachment } from "../../lib/cni/request.ts";
import type { Interface, Result } from "../../lib/cni/result.ts";
import { type LinkName, parseLinkName } from "../../lib/ip/link-name.ts";
import type { LinkBackend, LinkWithAddresses, PortVlan } from "../../lib/net/link-backend.ts";
import type { Settings } from "./settings.ts";
import type { Vlans } from "./vlans.ts";

/** The links of an attachment as they are, each beside what ADD answered of it. */
export interface FoundLinks {
  readonly bridge: LinkWithAddresses | undefined;
  readonly bridgeEntry: Interface | undefined;
  readonly container: LinkWithAddresses | undefined;
  readonly containerEntry: Interface | undefined;
  /** The host's end: the port of the bridge whose other end is the container's link. */
  readonly port: LinkWithAddresses | undefined;
  readonly portEntry: Interface | undefined;
  /** CNI_IFNAME. */
  readonly name: LinkName;
  /** The position of the container's interface in the result; -1 where it has none. */
  readonly containerIndex: number;
}

/** Reads the links that a result tells of. */
export function findLinks(
  settings: Settings,
  { interface: name }: Attachment,
  { interfaces }: Result,
  links: LinkBackend,
): FoundLinks {
  const bridge = links.readLink("host", settings.bridge);
  const container = links.readLink("container", name);
  const ofHost = interfaces.filter(({ sandbox }) => sandbox === undefined);
  const containerIndex = interfaces.findIndex((each) => each.name === name && each.sandbox !== undefined);
  const ports = ofHost.flatMap((entry) => {
    const linkName = parseLinkName(entry.name);
    // The bridge is no port, and was read.
    const link = linkName && linkName !== settings.bridge ? links.readLink("host", linkName) : undefined;
    return link !== undefined && isOtherEnd(link, container) ? [{ link, entry }] : [];
  });
  return {
    ...{ bridge, container, name, containerIndex },
    bridgeEntry: ofHost.find((each) => each.name === settings.bridge),
    containerEntry: interfaces[containerIndex],
    port: ports[0]?.link,
    portEntry: ports[0]?.entry,
  };
}

function isOtherEnd(link: LinkWithAddresses, container: LinkWithAddresses | undefined): boolean {
  if (link.kind !== "veth" || container === undefined) return false;
  return link.peerIndex === container.index && container.peerIndex === link.index;
}

/** What is wrong with the links of an attachment, in words; the reference's where it looks at the same. */
export function linkProblems(settings: Settings, found: FoundLinks, links: LinkBackend): string[] {
  return [
    ...bridgeProblems(settings, found),
    ...containerProblems(settings, found),
    ...portProblems(settings, found, links),
  ];
}

function bridgeProblems(
  { bridge: name, promiscuous, vlans }: Settings,
  { bridge, bridgeEntry }: FoundLinks,
): string[] {
  if (bridgeEntry === undefined) return [`CNI created bridge ${name} in host namespace was not found`];
  if (bridge === undefined) return [`Interface name ${name} not found`];
  if (bridge.kind !== "bridge") return [`Interface ${name} does not have link type of bridge`];
  return [
    ...macProblems(`Bridge interface ${name}`, bridgeEntry, bridge),
    ...(promiscuous && !bridge.isPromiscuous
      ? [`Bridge interface ${name} configured Promisc Mode true doesn't match current state: false`]
      : []),
    ...(vlans !== undefined && bridge.vlanFiltering === false
      ? [`bridge ${name} does not keep VLANs apart`]
      : []),
    ...(bridge.up ? [] : [`bridge ${name} is down`]),
  ];
}

function containerProblems(
  { isLeftDown }: Settings,
  { container, containerEntry, name }: FoundLinks,
): string[] {
  if (containerEntry === undefined) return [`CNI created interface in container ${name} not found`];
  if (container === undefined) return [`Interface name ${name} not found in the container`];
  if (container.kind !== "veth") return [`Error: Container interface ${name} not of type veth`];
  const { mtu } = containerEntry;
  return [
    ...macProblems(`Interface ${name}`, containerEntry, container),
    ...(mtu !== undefined && mtu !== container.mtu
      ? [`${name} in the container has an MTU of ${container.mtu} instead of ${mtu}`]
      : []),
    ...(container.up || isLeftDown ? [] : [`${name} in the container is down`]),
  ];
}

function portProblems(
  settings: Settings,
  { bridge, port, portEntry }: FoundLinks,
  links: LinkBackend,
): string[] {
  if (port === undefined || portEntry === undefined) {
    return [`CNI veth created for bridge ${settings.bridge} was not found`];
  }
  const { name } = portEntry;
  if (port.port === undefined || port.master !== bridge?.index) {
    return [`${name} is no port of bridge ${settings.bridge}`];
  }
  const { hairpin, isolated } = port.port;
  // What `auto` came to may have changed since.
  const mtu = typeof settings.mtu === "number" ? settings.mtu : undefined;
  return [
    ...macProblems(`Interface ${name}`, portEntry, port),
    ...(port.up && (port.isRunning || settings.isLeftDown) ? [] : [`${name} is down`]),
    ...(hairpin === settings.hairpin ? [] : [`hairpin mode of ${name} is ${onOff(hairpin)}`]),
    ...(isolated === settings.isolated ? [] : [`isolation of ${name} is ${onOff(isolated)}`]),
    ...(mtu !== undefined && mtu !== port.mtu ? [`${name} has an MTU of ${port.mtu} instead of ${mtu}`] : []),
    ...(settings.vlans === undefined
      ? []
      : vlanProblems(name, settings.vlans, links.readVlans(name as LinkName))),
  ];
}

/** Which VLANs a port lacks, in words. */
export function vlanProblems(name: string, { native, tagged }: Vlans, found: readonly PortVlan[]): string[] {
  const isThere = (test: (vlan: PortVlan) => boolean) => found.some(test);
  const missing = tagged.filter((id) => !isThere(({ vlan, isUntagged }) => vlan === id && !isUntagged));
  return [
    ...(native === undefined ||
    isThere(({ vlan, isNative, isUntagged }) => vlan === native && isNative && isUntagged)
      ? []
      : [`VLAN ${native} is not the native one of ${name}`]),
    ...(missing.length === 0 ? [] : [`${name} is not in VLAN ${missing.join(", ")}`]),
  ];
}

function macProblems(what: string, { mac }: Interface, link: LinkWithAddresses): string[] {
  if (mac === undefined || link.mac === mac.toLowerCase()) return [];
  return [`${what} Mac doesn't match: it is ${link.mac}, ADD made it ${mac}`];
}

function onOff(value: boolean): string {
  return value ? "on" : "off";
}

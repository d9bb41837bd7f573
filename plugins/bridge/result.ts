import type { Attachment } from "../../lib/cni/request.ts";
import type { Interface, Result } from "../../lib/cni/result.ts";
import { isAtLeast } from "../../lib/cni/version.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { portName } from "../../lib/net/identity.ts";
import type { LinkBackend, LinkWithAddresses } from "../../lib/net/link-backend.ts";
import { type HostState, isOwnBridge } from "./host-state.ts";
import type { Macs } from "./macs.ts";
import type { Settings } from "./settings.ts";

/** What is known of an attachment after it was made. */
export interface Made {
  readonly attachment: Attachment;
  readonly settings: Settings;
  /** What was there before. */
  readonly host: HostState;
  readonly macs: Macs;
  /** What was leased, with its gateways. */
  readonly leased: Result;
  /** CNI_NETNS as the runtime gave it. */
  readonly netnsPath: string;
  /** The version of the result; from 1.1.0 on it has MTUs. */
  readonly version: string;
}

/** The position of the container's interface in a result; the reference's order is bridge, host end, container. */
const containerIndex = 2;

/** What ADD answers: the interfaces as they are now, and what was leased. */
export function resultOf(made: Made, links: LinkBackend): Result {
  const { settings, leased } = made;
  return {
    interfaces: interfacesOf(made, links),
    ips: leased.ips.map((ip) => ({ ...ip, interface: containerIndex })),
    routes: leased.routes,
    dns: settings.dns ?? leased.dns,
  };
}

function interfacesOf(made: Made, links: LinkBackend): Interface[] {
  const { attachment, settings, host, macs, netnsPath, version } = made;
  const { bridge, gatewayLink } = settings;
  const hasMtu = isAtLeast(version, "1.1.0");
  const shared = (name: LinkName, before: LinkWithAddresses | undefined): Interface => {
    // A bridge that we did not make may borrow its ports' MACs, and have another one than it had a moment ago.
    const isKnown = !hasMtu && before !== undefined && isOwnBridge(before);
    const link = isKnown ? before : links.readLink("host", name);
    return { name, mac: link?.mac, mtu: hasMtu ? link?.mtu : undefined };
  };
  const port = portName(attachment);
  const mtu = hasMtu ? links.readLink("host", port)?.mtu : undefined;
  return [
    shared(bridge, host.bridge),
    { name: port, mac: macs.port, mtu },
    { name: attachment.interface, mac: macs.container, mtu, sandbox: netnsPath },
    ...(gatewayLink === bridge ? [] : [shared(gatewayLink, host.gateway)]),
  ];
}

import { CniError, Code } from "../../lib/cni/error.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import type { Interface, Result } from "../../lib/cni/result.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { type Mac, parseMac } from "../../lib/ip/mac.ts";
import { portName } from "../../lib/net/identity.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import type { Tools } from "../../lib/net/tools.ts";
import { type MissingRoutes, missingRoutes, ownPart } from "./check-addresses.ts";
import { type FoundLinks, findLinks, vlanProblems } from "./check-links.ts";
import { type MissingRules, missingRules } from "./check-rules.ts";
import { isForwarding } from "./forwarding.ts";
import { type HostState, stateOfHost } from "./host-state.ts";
import { chooseMacs, type Macs } from "./macs.ts";
import type { Settings } from "./settings.ts";
import type { RuleSubject } from "./wanted-rules.ts";

/** What is left of an attachment, and what it should be. */
export interface Damage {
  readonly settings: Settings;
  readonly attachment: Attachment;
  readonly host: HostState;
  readonly found: FoundLinks;
  /** The MACs that its links had. */
  readonly macs: Macs;
  /** What ADD would answer, were it as it should be. */
  readonly result: Result;
  /** The same, without what other plugins added. */
  readonly own: Result;
  readonly subject: RuleSubject;
  readonly routes: MissingRoutes;
  readonly rules: MissingRules;
  /** What has the gateway's addresses has another MAC than when ADD looked. */
  readonly hasNewGatewayMac: boolean;
  /** The port lacks VLANs. */
  readonly lacksVlans: boolean;
  /** The families that the host does not forward. */
  readonly closed: readonly (4 | 6)[];
}

/**
 * Looks at it.
 *
 * @throws CniError 7 for a bridge that cannot be used, 103 where another link has the place of one that is lost.
 */
export function damageOf(
  settings: Settings,
  attachment: Attachment,
  previous: Result,
  { links, firewall }: Tools,
): Damage {
  const host = stateOfHost(settings, links);
  const found = findLinks(settings, attachment, previous, links);
  if (found.port === undefined) refuseOthers(attachment, found, links);
  const port = (found.port?.name ?? portName(attachment)) as LinkName;
  const macs = macsOf(settings, found, previous, port);
  const own = ownPart(previous, found);
  const subject: RuleSubject = {
    ...{ attachment, ips: own.ips, port, mac: macs.container, isFresh: false, backend: firewall.name },
  };
  return {
    ...{ settings, attachment, host, found, macs, own, subject },
    result: { ...previous, interfaces: interfacesOf(previous, { settings, macs, port, found }) },
    routes: missingRoutes(found, own, links),
    rules: missingRules(settings, subject),
    hasNewGatewayMac: host.gateway !== undefined && host.gateway.mac !== macs.gateway,
    lacksVlans:
      settings.vlans !== undefined &&
      (found.port === undefined || vlanProblems(port, settings.vlans, links.readVlans(port)).length > 0),
    closed: ([4, 6] as const).filter((family) => !isForwarding(family)),
  };
}

/** An interface that is lost can be made anew only where nothing has its name, on either side. */
function refuseOthers(attachment: Attachment, { container, name }: FoundLinks, links: LinkBackend): void {
  const port = portName(attachment);
  if (container !== undefined) {
    throw beyondRepair(
      `${name} in the container is not the one that ADD made`,
      `its other end is no port that ADD made; stop and start the container, or remove ${name} in it`,
    );
  }
  if (links.readLink("host", port) !== undefined) {
    throw beyondRepair(
      `${name} is not in the container, but the host's end of it, ${port}, is there`,
      "it was renamed, or moved to another namespace; give it its name back, or stop and start the container",
    );
  }
}

function beyondRepair(reason: string, remedy: string): CniError {
  return new CniError(Code.attachmentChanged, reason, remedy);
}

/** The MACs that the links had, so that nobody on the network has to learn new ones; random ones where none is known. */
function macsOf(
  settings: Settings,
  { bridgeEntry, portEntry, containerEntry, name }: FoundLinks,
  { interfaces }: Result,
  port: LinkName,
): Macs {
  const chosen = chooseMacs(settings);
  const ofHost = (wanted: string) =>
    interfaces.find((each) => each.sandbox === undefined && each.name === wanted);
  return {
    port: macOf(portEntry ?? ofHost(port)) ?? chosen.port,
    container: macOf(containerEntry ?? interfaces.find((each) => each.name === name)) ?? chosen.container,
    bridge: macOf(bridgeEntry) ?? chosen.bridge,
    gateway: macOf(ofHost(settings.gatewayLink)) ?? chosen.gateway,
    gatewayPort: chosen.gatewayPort,
  };
}

function macOf(entry: Interface | undefined): Mac | undefined {
  return entry?.mac === undefined ? undefined : parseMac(entry.mac);
}

/** What another plugin called a port that is lost, nobody will call the new one. */
function interfacesOf(
  { interfaces }: Result,
  { settings, macs, port, found }: Renewal,
): readonly Interface[] {
  if (found.port !== undefined) return interfaces;
  const { bridge, gatewayLink } = settings;
  // The reference's order: what other plugins added stands behind it.
  const portAt = interfaces.findIndex(
    ({ sandbox, name }) => sandbox === undefined && name !== bridge && name !== gatewayLink,
  );
  return interfaces.map((each, index) => (index === portAt ? { ...each, name: port, mac: macs.port } : each));
}

type Renewal = Pick<Damage, "settings" | "macs" | "found"> & { readonly port: LinkName };

/**
 * The result with the MACs that the bridge and the gateway have by now: one that somebody has made anew has another one,
 * which is well, and may even borrow those of its ports.
 */
export function withPresentMacs(
  result: Result,
  { bridge, gatewayLink }: Settings,
  links: LinkBackend,
): Result {
  const shared = new Map<string, string | undefined>(
    [bridge, gatewayLink].map((name) => [name, links.readLink("host", name)?.mac]),
  );
  const interfaces = result.interfaces.map((each) =>
    each.sandbox === undefined ? { ...each, mac: shared.get(each.name) ?? each.mac } : each,
  );
  return { ...result, interfaces };
}

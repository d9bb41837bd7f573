import type { IpConfig, Result, Route } from "../../lib/cni/result.ts";
import { bitsOf, equalAddress, formatAddress } from "../../lib/ip/address.ts";
import { equalPrefix, formatPrefix, networkOf, type Prefix } from "../../lib/ip/prefix.ts";
import { type LinkBackend, type LinkRoute, mainTable } from "../../lib/net/link-backend.ts";
import type { FoundLinks } from "./check-links.ts";
import { isForwarding } from "./forwarding.ts";
import { bridgeAddresses, gatewayOf } from "./gateways.ts";
import type { Settings } from "./settings.ts";

/** What a result says of the container's interface: addresses of interfaces that other plugins made are left out. */
export function ownPart(result: Result, { containerIndex }: FoundLinks): Result {
  const isOwn = ({ interface: index }: IpConfig) => index === undefined || index === containerIndex;
  return { ...result, ips: result.ips.filter(isOwn) };
}

/** Which addresses of an attachment its interface lacks, in words. */
export function addressProblems({ container, name }: FoundLinks, { ips }: Result): string[] {
  return ips.flatMap(({ address }) => {
    const found = container?.addresses.find((each) => equalPrefix(each, address));
    if (found === undefined) return [`Failed to match addr ${formatPrefix(address)} on interface ${name}`];
    return found.detection === "failed" ? [`somebody else has ${formatPrefix(address)}`] : [];
  });
}

/** Which routes of an attachment its namespace lacks, in words. */
export function routeProblems(found: FoundLinks, result: Result, links: LinkBackend): string[] {
  const { unreachable, missing } = missingRoutes(found, result, links);
  return [
    ...unreachable.map((subnet) => `${found.name} has no route to ${formatPrefix(subnet)}`),
    ...missing.map((route) => `Expected Route ${describeRoute(route)} not found in routing table`),
  ];
}

/** Routes that a container lacks. */
export interface MissingRoutes {
  /** The subnets of its addresses that it cannot reach on its link. */
  readonly unreachable: readonly Prefix[];
  readonly missing: readonly Route[];
}

/** The routes of an attachment that its namespace lacks; none where it has no link. */
export function missingRoutes(
  { container }: FoundLinks,
  { ips, routes }: Result,
  links: LinkBackend,
): MissingRoutes {
  if (container === undefined) return { unreachable: [], missing: [] };
  const found = links.readRoutes("container");
  const isReachable = (subnet: Prefix) =>
    found.some(({ to, link }) => link === container.index && equalPrefix(to, subnet));
  return {
    unreachable: ips
      .map(({ address }) => networkOf(address))
      .filter((subnet) => !isOfOne(subnet) && !isReachable(subnet)),
    missing: routes.filter((route) => !hasRoute(found, route)),
  };
}

/** Whether nobody else is in a subnet: for one of IPv4, the kernel makes no route (fib_add_ifaddr() in fib_frontend.c). */
function isOfOne({ address, length }: Prefix): boolean {
  return length === bitsOf(address.family);
}

/** Whether one of the routes is that which ADD made. A default route may have got another gateway by a later plugin. */
function hasRoute(found: readonly LinkRoute[], { dst, gw, table = mainTable }: Route): boolean {
  const network = networkOf(dst);
  return found.some((each) => {
    if (each.table !== table || !equalPrefix(each.to, network)) return false;
    if (gw === undefined || dst.length === 0) return true;
    return each.via !== undefined && equalAddress(each.via, gw);
  });
}

function describeRoute({ dst, gw }: Route): string {
  return `${formatPrefix(dst)}${gw === undefined ? "" : ` via ${formatAddress(gw)}`}`;
}

/** What keeps the host from being the gateway that it should be, in words. */
export function gatewayProblems(
  settings: Settings,
  { bridge }: FoundLinks,
  { ips }: Result,
  links: LinkBackend,
): string[] {
  if (!settings.isGateway || settings.ipamType === undefined) return [];
  const { gatewayLink: name } = settings;
  const link = name === settings.bridge ? bridge : links.readLink("host", name);
  const missing = bridgeAddresses(ips).filter(
    (address) => !link?.addresses.some((each) => equalPrefix(each, address)),
  );
  const closed = ([4, 6] as const).filter(
    (family) => gatewayOf(family, ips) !== undefined && !isForwarding(family),
  );
  return [
    ...missing.map((address) => `${name} does not have the gateway's address ${formatPrefix(address)}`),
    ...closed.map((family) => `the host does not forward IPv${family}`),
  ];
}

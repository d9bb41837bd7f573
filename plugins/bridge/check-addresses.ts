import type { IpConfig, Result, Route } from "../../lib/cni/result.ts";
import { equalAddress, formatAddress } from "../../lib/ip/address.ts";
import { equalPrefix, formatPrefix, networkOf } from "../../lib/ip/prefix.ts";
import type { LinkBackend, LinkRoute } from "../../lib/net/link-backend.ts";
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
export function routeProblems(
  { container, name }: FoundLinks,
  { ips, routes }: Result,
  links: LinkBackend,
): string[] {
  if (container === undefined) return [];
  const found = links.readRoutes("container");
  const unreachable = ips.filter(
    ({ address }) =>
      !found.some(({ to, link }) => link === container.index && equalPrefix(to, networkOf(address))),
  );
  const missing = routes.filter((route) => !found.some((each) => isRoute(each, route)));
  return [
    ...unreachable.map(({ address }) => `${name} has no route to ${formatPrefix(networkOf(address))}`),
    ...missing.map((route) => `Expected Route ${describeRoute(route)} not found in routing table`),
  ];
}

/** The main table (linux/rtnetlink.h, RT_TABLE_MAIN). */
const mainTable = 254;

/** Whether a route is the one that ADD made. A default route may have been given another gateway by a later plugin. */
function isRoute(found: LinkRoute, { dst, gw, table = mainTable }: Route): boolean {
  if (found.table !== table || !equalPrefix(found.to, networkOf(dst))) return false;
  if (gw === undefined || dst.length === 0) return true;
  return found.via !== undefined && equalAddress(found.via, gw);
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

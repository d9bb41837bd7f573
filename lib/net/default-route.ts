import { isSystemError } from "../system/error.ts";
import { type LinkBackend, type LinkRoute, mainTable } from "./link-backend.ts";
import { ensureSysctl, readSysctl } from "./sysctl.ts";

/** linux/rtnetlink.h: RTPROT_RA, learned from a router's advertisement (RFC 4861, section 6.3.4) */
const routerAdvertisement = 9;

/**
 * The largest packet that leaves the host by its default route, in bytes: the MTU of the route, or else of the link that
 * it leads to. It is the route of IPv4 in the table `main` with the lowest metric, or that of IPv6 where there is none.
 * Of several next hops the smallest one counts.
 *
 * @returns undefined without a default route.
 */
export function defaultRouteMtu(links: LinkBackend): number | undefined {
  const defaults = links.readRoutes("host", "default").filter(({ table }) => table === mainTable);
  const ofIpv4 = defaults.filter(({ to }) => to.address.family === 4);
  const routes = mostPreferred(ofIpv4.length > 0 ? ofIpv4 : defaults);
  if (routes.length === 0) return undefined;
  const mtus = new Map(links.readLinks("host").map(({ index, mtu }) => [index, mtu]));
  const known = routes.flatMap((route) => route.mtu ?? mtus.get(route.link ?? 0) ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

function mostPreferred(routes: readonly LinkRoute[]): LinkRoute[] {
  const lowest = Math.min(...routes.map(({ priority }) => priority));
  return routes.filter(({ priority }) => priority === lowest);
}

/**
 * Has the host keep the default routes that it learned from routers: once it forwards IPv6 it would drop them, and
 * listen to no router any more, but for links whose accept_ra is 2 (Documentation/networking/ip-sysctl.rst). To be
 * called before forwarding is enabled.
 *
 * A link with accept_ra=0 is left alone: there a daemon listens to routers, and keeps its routes itself.
 *
 * @param warn Is told of each link that was changed, or could not be.
 */
export function keepRouterRoutes(links: LinkBackend, warn: (text: string) => void): void {
  for (const name of linksWithRouterRoute(links)) {
    const key = acceptRaOf(name);
    try {
      if (readSysctl(key) !== "1") continue;
      ensureSysctl(key, "2");
      warn(
        `accept_ra of "${name}" is 2 from now on: the host keeps its default route, although it forwards IPv6`,
      );
    } catch (error) {
      if (!isSystemError(error)) throw error;
      warn(
        `the host may lose its default route by "${name}": accept_ra cannot be set to 2: ${error.message}`,
      );
    }
  }
}

/** The keys below /proc/sys/net that {@linkcode keepRouterRoutes} would set to 2. */
export function routerRouteKeys(links: LinkBackend): string[] {
  return linksWithRouterRoute(links)
    .map(acceptRaOf)
    .filter((key) => readSysctl(key) === "1");
}

/** The names of the host's links that have a default route of IPv6 which the kernel learned from a router. */
function linksWithRouterRoute(links: LinkBackend): string[] {
  const learned = new Set(
    links
      .readRoutes("host", "default")
      .filter(({ to, protocol }) => to.address.family === 6 && protocol === routerAdvertisement)
      .map(({ link }) => link),
  );
  if (learned.size === 0) return [];
  return links
    .readLinks("host")
    .filter(({ index }) => learned.has(index))
    .map(({ name }) => name);
}

function acceptRaOf(link: string): string {
  return `ipv6/conf/${link}/accept_ra`;
}

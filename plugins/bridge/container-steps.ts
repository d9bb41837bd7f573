import type { Attachment } from "../../lib/cni/request.ts";
import type { IpConfig, Result, Route } from "../../lib/cni/result.ts";
import { type Address, isLinkLocal } from "../../lib/ip/address.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { contains } from "../../lib/ip/prefix.ts";
import type { Operation, WriteSysctl } from "../../lib/net/operation.ts";
import { gatewayOf } from "./gateways.ts";
import type { Settings } from "./settings.ts";

const where = "container";

/** The steps that give the container's interface its addresses and routes, and set it up. */
export function containerSteps(
  settings: Settings,
  { interface: link }: Attachment,
  { ips, routes }: Result,
): Operation[] {
  if (settings.isLeftDown) return [];
  return [
    ...(ips.length === 0 ? [] : addressSysctls(settings, link, ips)),
    ...ips.map(
      ({ address }) =>
        ({ do: "add address", where, link, address, detectDuplicates: settings.detectDuplicates }) as const,
    ),
    { do: "set up", where, name: link },
    ...routes.map((route) => routeStep(link, route, ips)),
    ...(ips.length === 0 ? [] : noticeSysctls(link, ips)),
  ];
}

/** What the reference sets: without any of it, the container still has its addresses. */
function addressSysctls(
  { detectDuplicates }: Settings,
  link: LinkName,
  ips: readonly IpConfig[],
): WriteSysctl[] {
  const ipv6 = `ipv6/conf/${link}`;
  return [
    ...(hasIpv6(ips)
      ? [
          write("ipv6/conf/lo/disable_ipv6", "0"),
          write(`${ipv6}/disable_ipv6`, "0"),
          write(`${ipv6}/keep_addr_on_down`, "1"),
        ]
      : []),
    ...(detectDuplicates
      ? [write(`${ipv6}/enhanced_dad`, "1"), write(`${ipv6}/accept_dad`, "1")]
      : [write(`${ipv6}/accept_dad`, "0")]),
  ];
}

/**
 * What the kernel announces addresses for, when the MAC of their link is set. Written behind the link's coming up, since it
 * would announce them then as well, to some who are not listening yet and to some a second time.
 */
function noticeSysctls(link: LinkName, ips: readonly IpConfig[]): WriteSysctl[] {
  return [
    write(`ipv4/conf/${link}/arp_notify`, "1"),
    ...(hasIpv6(ips) ? [write(`ipv6/conf/${link}/ndisc_notify`, "1")] : []),
  ];
}

function write(key: string, value: string): WriteSysctl {
  return { do: "write sysctl", where, key, value, bestEffort: true };
}

function hasIpv6(ips: readonly IpConfig[]): boolean {
  return ips.some(({ address }) => address.address.family === 6);
}

function routeStep(link: LinkName, { dst, gw, ...metrics }: Route, ips: readonly IpConfig[]): Operation {
  const via = gw ?? gatewayOf(dst.address.family, ips);
  return {
    do: "add route",
    where,
    link,
    to: dst,
    via,
    onlink: via !== undefined && isOffLink(via, ips),
    ...metrics,
  };
}

/** Whether no address of the container is in the network of a gateway. For IPv6, fe80::/10 is on every link. */
function isOffLink(gateway: Address, ips: readonly IpConfig[]): boolean {
  if (gateway.family === 6 && isLinkLocal(gateway)) return false;
  return !ips.some(({ address }) => contains(address, gateway));
}

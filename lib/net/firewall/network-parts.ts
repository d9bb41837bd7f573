import { system } from "#system";
import { CniError, Code } from "../../cni/error.ts";
import type { NetworkName } from "../../cni/request.ts";
import { parseLinkName } from "../../ip/link-name.ts";
import { formatPrefix, networkOf, type Prefix, parsePrefix } from "../../ip/prefix.ts";
import { requireStore } from "./iptables-command.ts";
import { plainLinkName } from "./iptables-rule.ts";
import { familiesOf, ofFamily, type StoreName, storeNamed, usualStore } from "./iptables-store.ts";
import type { Part } from "./network-mark.schema.ts";
import type { NetworkRules } from "./network-rules.ts";
import type { StoreRules } from "./network-store.ts";

/**
 * What a network needs, place by place.
 *
 * @throws CniError 101 where a command is not installed, 7 for a link whose name no rule can say.
 */
export function partsOf({ masqueraded, backend, forwarded }: NetworkRules): Part[] {
  return [
    ...masqueradeParts(masqueraded, backend),
    ...(forwarded === undefined ? [] : forwardParts(forwarded)),
  ];
}

function masqueradeParts(subnets: readonly Prefix[], backend: NetworkRules["backend"]): Part[] {
  const texts = (of: readonly Prefix[]) => of.map((subnet) => formatPrefix(networkOf(subnet)));
  if (backend === "nftables") return texts(subnets).map((subnet) => ({ store: "nftables", subnet }));
  return familiesOf(subnets).flatMap((family) => {
    const store = requireStore(family).name;
    return texts(ofFamily(family, subnets)).map((subnet) => ({ store, subnet }));
  });
}

/** By iptables alone, which is what policies that drop forwarded packets are usually made with; for both families. */
function forwardParts(name: NonNullable<NetworkRules["forwarded"]>): Part[] {
  const link = plainLinkName(name);
  if (link === undefined) {
    throw new CniError(
      Code.invalidConfiguration,
      `packets of "${name}" cannot be let through`,
      "a rule can only have a link whose name is of letters, digits, _, . and -; give the bridge another name",
    );
  }
  const ofIpv6 = hasIpv6() ? usualStore(6) : undefined;
  return [requireStore(4), ...(ofIpv6 === undefined ? [] : [ofIpv6])].map(({ name: store }) => ({
    store,
    link,
  }));
}

/** Whether the kernel knows IPv6, which can be turned off. */
function hasIpv6(): boolean {
  return system.status("/proc/net/if_inet6") !== undefined;
}

/** The parts in the stores of iptables, store by store; those whose command is not installed any more are left out. */
export function storesOf(network: NetworkName, parts: readonly Part[]): StoreRules[] {
  const names = new Set(parts.map(({ store }) => store));
  return [...names].flatMap((name) => {
    const store = name === "nftables" ? undefined : storeNamed(name satisfies StoreName);
    if (store === undefined) return [];
    const own = parts.filter((part) => part.store === name);
    const link = own
      .flatMap((part) => parseLinkName(part.link ?? "") ?? [])
      .flatMap((each) => plainLinkName(each) ?? []);
    return { store, network, subnets: subnetsOf(own), link: link[0] };
  });
}

/** The subnets in parts. */
export function subnetsOf(parts: readonly Part[]): Prefix[] {
  return parts.flatMap(({ subnet }) => parsePrefix(subnet ?? "") ?? []);
}

/** Whether two parts are the same one. */
export function equalPart(a: Part, b: Part): boolean {
  return a.store === b.store && a.subnet === b.subnet && a.link === b.link;
}

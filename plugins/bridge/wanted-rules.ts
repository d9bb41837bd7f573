import type { Attachment } from "../../lib/cni/request.ts";
import type { IpConfig } from "../../lib/cni/result.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import type { Mac } from "../../lib/ip/mac.ts";
import { networkOf, type Prefix } from "../../lib/ip/prefix.ts";
import type { Masquerade } from "../../lib/net/firewall/firewall.ts";
import type { Guard } from "../../lib/net/firewall/guard.ts";
import type { NetworkRules } from "../../lib/net/firewall/network-rules.ts";
import type { Settings } from "./settings.ts";

/** The rules of packet filters that an attachment is to have; undefined for those that it is to go without. */
export interface WantedRules {
  readonly masquerade: Masquerade | undefined;
  readonly guard: Guard | undefined;
  readonly shared: NetworkRules | undefined;
}

/** What rules depend on, besides the configuration. */
export interface RuleSubject {
  readonly attachment: Attachment;
  readonly ips: readonly IpConfig[];
  /** The host's end. */
  readonly port: LinkName;
  /** The container's. */
  readonly mac: Mac;
  /** Nothing of an earlier attachment of the same identity can be left. */
  readonly isFresh: boolean;
  /** What has the rules that masquerade. */
  readonly backend: "iptables" | "nftables";
}

/** The rules that a configuration promises. */
export function wantedRules(settings: Settings, subject: RuleSubject): WantedRules {
  return {
    masquerade: masqueradeOf(settings, subject),
    guard: guardOf(settings, subject),
    shared: sharedRulesOf(settings, subject),
  };
}

function masqueradeOf(settings: Settings, { attachment, ips, isFresh }: RuleSubject): Masquerade | undefined {
  if (settings.masquerading?.scope !== "container") return undefined;
  const addresses = hiddenAddresses(settings, ips);
  return addresses.length === 0 ? undefined : { attachment, addresses, isFresh };
}

function guardOf({ guard }: Settings, { attachment, port, mac, ips }: RuleSubject): Guard | undefined {
  if (guard === "none") return undefined;
  const addresses = guard === "addresses" ? ips.map(({ address }) => address.address) : undefined;
  return { attachment, port, mac, addresses };
}

function sharedRulesOf(
  settings: Settings,
  { attachment, ips, backend }: RuleSubject,
): NetworkRules | undefined {
  const masqueraded =
    settings.masquerading?.scope === "network" ? hiddenAddresses(settings, ips).map(networkOf) : [];
  const forwarded = settings.forward ? settings.gatewayLink : undefined;
  if (masqueraded.length === 0 && forwarded === undefined) return undefined;
  return { attachment, masqueraded, backend, forwarded };
}

/** The addresses that are hidden behind the host's. */
function hiddenAddresses({ masquerading }: Settings, ips: readonly IpConfig[]): Prefix[] {
  return ips
    .map(({ address }) => address)
    .filter(({ address }) => masquerading?.families.includes(address.family));
}

import type { Attachment } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { chooseFirewall } from "../../lib/net/firewall/choose.ts";
import type { Firewall, Masquerade } from "../../lib/net/firewall/firewall.ts";
import { missingFromGuard } from "../../lib/net/firewall/guard-missing.ts";
import { missingNetworkRules } from "../../lib/net/firewall/network-ensure.ts";
import type { FoundLinks } from "./check-links.ts";
import { readRecord } from "./record.ts";
import type { Settings } from "./settings.ts";
import { type RuleSubject, type WantedRules, wantedRules } from "./wanted-rules.ts";

/** Which rules of an attachment are missing, in words. */
export function ruleProblems(
  settings: Settings,
  attachment: Attachment,
  { port, container }: FoundLinks,
  { ips }: Result,
): string[] {
  // Without its links there is nothing that a rule could be about; that they are missing was said already.
  if (container?.mac === undefined || port === undefined) return [];
  const backend = chooseFirewall(settings.masquerading?.backend).name;
  const subject = {
    attachment,
    ips,
    port: port.name as LinkName,
    mac: container.mac,
    isFresh: false,
    backend,
  };
  const { masquerade, guard, shared } = missingRules(settings, subject);
  return [...masquerade, ...guard, ...shared].map((rule) => `${rule} is missing`);
}

/** What is missing of each kind of rules that an attachment should have, in words. */
export type MissingRules = Readonly<Record<keyof WantedRules, readonly string[]>>;

/** Looks for the rules that a configuration promises; empty for those that it does not promise. */
export function missingRules(settings: Settings, subject: RuleSubject): MissingRules {
  const { masquerade, guard, shared } = wantedRules(settings, subject);
  return {
    masquerade: masquerade === undefined ? [] : masqueradeProblems(settings, masquerade, subject),
    guard: guard === undefined ? [] : missingFromGuard(guard),
    shared: shared === undefined ? [] : missingNetworkRules(shared),
  };
}

/** Where the configuration leaves it open who has the rules, they may be with either. */
function masqueradeProblems(
  { masquerading }: Settings,
  masquerade: Masquerade,
  { backend, port }: RuleSubject,
): string[] {
  const chosen = chooseFirewall(backend);
  const problems = chosen.missing(masquerade, handlesFor(chosen, port));
  if (problems.length === 0 || masquerading?.backend !== undefined) return problems;
  const other = chooseFirewall(chosen.name === "iptables" ? "nftables" : "iptables");
  if (other.whyUnusable([4]) !== undefined) return problems;
  return other.missing(masquerade, handlesFor(other, port)).length === 0 ? [] : problems;
}

/** The numbers of rules that ADD recorded: only of those in nftables. */
function handlesFor({ name }: Firewall, port: LinkName): readonly number[] {
  return (name === "nftables" && readRecord(port)?.handles) || [];
}

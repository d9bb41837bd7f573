import { system } from "#system";
import { asCniError } from "../../../lib/cni/error.ts";
import type { Attachment, NetworkName, ValidAttachment } from "../../../lib/cni/request.ts";
import { chooseFirewall } from "../../../lib/net/firewall/choose.ts";
import { collectRules } from "../../../lib/net/firewall/collect-rules.ts";
import type { Masquerade, MasqueradeReceipt } from "../../../lib/net/firewall/firewall.ts";
import type { Guard } from "../../../lib/net/firewall/guard.ts";
import { addGuard } from "../../../lib/net/firewall/guard-add.ts";
import { missingFromGuard } from "../../../lib/net/firewall/guard-missing.ts";
import { takeBackGuard } from "../../../lib/net/firewall/guard-remove.ts";
import { whyGuardsUnusable } from "../../../lib/net/firewall/guard-unusable.ts";
import {
  collectNetworkRules,
  ensureNetworkRules,
  leaveNetwork,
  missingNetworkRules,
} from "../../../lib/net/firewall/network-ensure.ts";
import type { NetworkRules } from "../../../lib/net/firewall/network-rules.ts";
import { removeRules } from "../../../lib/net/firewall/remove-rules.ts";
import type { RuleKind } from "../../../lib/net/firewall/rule-kind.ts";
import { address, link, mac, prefix } from "../values.ts";

/** Does to rules what standard input asks for, and prints what came of it. */
system.run(() => {
  const wishes: readonly Wish[] = JSON.parse(system.readStandardInput());
  const receipts: MasqueradeReceipt[] = [];
  const answers = wishes.map((wish): Answer => {
    try {
      return { answer: grant(wish, receipts) ?? null };
    } catch (error) {
      const { code, message, details } = asCniError(error);
      return { error: { code, message, details } };
    }
  });
  system.writeStandardOutput(JSON.stringify(answers));
  return 0;
});

export type Wish =
  | { readonly do: "choose"; readonly asked?: FirewallName }
  | { readonly do: "why unusable"; readonly firewall: FirewallName; readonly families: readonly (4 | 6)[] }
  | ({ readonly do: "add" | "missing"; readonly firewall: FirewallName } & WrittenMasquerade)
  | { readonly do: "take back"; readonly firewall: FirewallName }
  | {
      readonly do: "remove";
      readonly attachment: WrittenAttachment;
      readonly known: readonly string[];
      readonly kinds?: readonly RuleKind[];
    }
  | {
      readonly do: "collect";
      /** Attachments that are known not to be valid, and a link that is a port elsewhere. */
      readonly lost?: readonly (readonly [string, string])[];
      readonly elsewhere?: string;
      readonly network: string;
      readonly valid: readonly (readonly [string, string])[];
    }
  | ({ readonly do: "guard" | "take back guard" | "missing from guard" } & WrittenGuard)
  | { readonly do: "why guards unusable" }
  | ({ readonly do: "ensure network" | "missing from network" } & WrittenNetworkRules)
  | { readonly do: "leave network" | "collect network"; readonly network: string; readonly isLast: boolean };

type FirewallName = "iptables" | "nftables";

/** Network, container, interface. */
export type WrittenAttachment = readonly [string, string, string];

export interface WrittenMasquerade {
  /** Where its rules may be; for "missing" alone. */
  readonly handles?: readonly number[];
  readonly attachment: WrittenAttachment;
  readonly addresses: readonly string[];
  readonly isFresh?: boolean;
}

export interface WrittenGuard {
  readonly attachment: WrittenAttachment;
  readonly port: string;
  readonly mac: string;
  readonly addresses?: readonly string[];
}

export interface WrittenNetworkRules {
  readonly network: string;
  readonly masqueraded: readonly string[];
  readonly backend: FirewallName;
  readonly forwarded?: string;
}

/** What came of a wish. */
export interface Answer {
  readonly answer?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly details: string };
}

function grant(wish: Wish, receipts: MasqueradeReceipt[]): unknown {
  switch (wish.do) {
    case "choose":
      return chooseFirewall(wish.asked).name;
    case "why unusable":
      return chooseFirewall(wish.firewall).whyUnusable(wish.families);
    case "add": {
      const { receipt, effect, failure } = chooseFirewall(wish.firewall).add(masqueradeOf(wish)).finish();
      receipts.push(receipt);
      return { effect, failure, kinds: receipt.kinds, added: receipt.addresses.length };
    }
    case "missing":
      return chooseFirewall(wish.firewall).missing(masqueradeOf(wish), wish.handles ?? []);
    case "take back": {
      const receipt = receipts.pop();
      return receipt && chooseFirewall(wish.firewall).takeBack(receipt);
    }
    case "remove":
      return removeRules(attachmentOf(wish.attachment), wish.known.map(prefix), wish.kinds).finish();
    case "collect":
      return collectRules(wish.network as NetworkName, wish.valid.map(validOf), {
        attachments: (wish.lost ?? []).map(validOf),
        isElsewhere: (port) => port === wish.elsewhere,
      });
    case "guard":
      return addGuard(guardOf(wish)).finish();
    case "take back guard":
      return takeBackGuard(guardOf(wish));
    case "why guards unusable":
      return whyGuardsUnusable();
    case "missing from guard":
      return missingFromGuard(guardOf(wish));
    case "ensure network":
      return ensureNetworkRules(networkRulesOf(wish));
    case "missing from network":
      return missingNetworkRules(networkRulesOf(wish));
    case "leave network":
      return leaveNetwork(wish.network as NetworkName, () => wish.isLast);
    case "collect network":
      return collectNetworkRules(wish.network as NetworkName, () => wish.isLast);
  }
}

function attachmentOf([network, container, name]: WrittenAttachment): Attachment {
  return { network, container, interface: name } as Attachment;
}

function validOf([container, name]: readonly [string, string]): ValidAttachment {
  return { container, interface: name } as ValidAttachment;
}

function masqueradeOf({ attachment, addresses, isFresh }: WrittenMasquerade): Masquerade {
  return { attachment: attachmentOf(attachment), addresses: addresses.map(prefix), isFresh };
}

function guardOf(guard: WrittenGuard): Guard {
  return {
    attachment: attachmentOf(guard.attachment),
    port: link(guard.port),
    mac: mac(guard.mac),
    addresses: guard.addresses?.map(address),
  };
}

function networkRulesOf({ network, masqueraded, backend, forwarded }: WrittenNetworkRules): NetworkRules {
  return {
    attachment: attachmentOf([network, "c1", "eth0"]),
    masqueraded: masqueraded.map(prefix),
    backend,
    forwarded: forwarded === undefined ? undefined : link(forwarded),
  };
}

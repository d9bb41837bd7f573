import { stringifyCompact } from "../../cni/json.ts";
import type { RuleOperation } from "../operation.ts";
import type { Firewall } from "./firewall.ts";
import { replacingCommands } from "./guard-add.ts";
import { freshLines } from "./iptables-add.ts";
import { type Changes, requireStore, restoreInput, restoreWords } from "./iptables-command.ts";
import { familiesOf } from "./iptables-store.ts";
import { missingNftLines } from "./network-nftables.ts";
import { partsOf, storesOf, subnetsOf } from "./network-parts.ts";
import { missingChanges } from "./network-store.ts";
import { missingLines } from "./nftables-add.ts";

/** A command that changes rules, and what it reads. */
export interface RuleCommand {
  readonly words: readonly string[];
  /** Lines, the last one with its end. */
  readonly input: string;
}

/**
 * The commands that do an operation on this host as it is now, for an attachment that has no rules yet; none for what is
 * there already.
 *
 * @throws CniError 101 where a command is not installed or does not tell what is there, 7 for a link that no rule can
 *   name.
 */
export function ruleCommands(operation: RuleOperation, firewall: Firewall["name"]): RuleCommand[] {
  switch (operation.do) {
    case "masquerade": {
      const { masquerade } = operation;
      if (firewall === "nftables") return nft(missingLines(masquerade));
      return familiesOf(masquerade.addresses).flatMap((family) =>
        restoring(requireStore(family).command, { nat: freshLines(family, masquerade) }),
      );
    }
    case "guard port": {
      const commands = replacingCommands(operation.guard).map((each) => stringifyCompact(each));
      return [{ words: ["nft", "-j", "-f", "-"], input: `{"nftables":[\n${commands.join(",\n")}\n]}\n` }];
    }
    case "add network rules": {
      const { network } = operation.rules.attachment;
      const parts = partsOf(operation.rules);
      const ofNft = parts.filter(({ store }) => store === "nftables");
      return [
        ...storesOf(network, parts).flatMap((rules) => restoring(rules.store.command, missingChanges(rules))),
        ...(ofNft.length === 0 ? [] : nft(missingNftLines(network, subnetsOf(ofNft)))),
      ];
    }
  }
}

function restoring(command: string, changes: Changes): RuleCommand[] {
  const input = restoreInput(changes);
  return input === "" ? [] : [{ words: [`${command}-restore`, ...restoreWords], input }];
}

function nft(lines: readonly string[]): RuleCommand[] {
  return lines.length === 0 ? [] : [{ words: ["nft", "-f", "-"], input: `${lines.join("\n")}\n` }];
}

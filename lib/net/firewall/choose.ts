import { system } from "#system";
import type { Firewall } from "./firewall.ts";
import { iptables } from "./iptables.ts";
import { isNftInstalled } from "./nft-command.ts";
import { nftables } from "./nftables.ts";

/**
 * The driver that adds rules: the one that is asked for; otherwise iptables, or nftables where only that is installed
 * (the reference's rule for an absent `ipMasqBackend`, which tries the commands as well).
 */
export function chooseFirewall(asked: Firewall["name"] | undefined): Firewall {
  if (asked !== undefined) return asked === "iptables" ? iptables : nftables;
  return system.findProgram("iptables") === undefined && isNftInstalled() ? nftables : iptables;
}

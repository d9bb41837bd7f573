import { system } from "#system";
import { asCniError } from "../../../lib/cni/error.ts";
import type { Address } from "../../../lib/ip/address.ts";
import { formatPrefix, type Prefix } from "../../../lib/ip/prefix.ts";
import { apply } from "../../../lib/net/apply.ts";
import { iptables } from "../../../lib/net/firewall/iptables.ts";
import type { LinkWithAddresses } from "../../../lib/net/link-backend.ts";
import { openLinks } from "../../../lib/net/open-links.ts";
import type { LinkOperation, Where } from "../../../lib/net/operation.ts";
import type { Receipt } from "../../../lib/net/receipt.ts";
import { undo } from "../../../lib/net/undo.ts";
import { address, link, prefix } from "../values.ts";

/**
 * Does to links what standard input asks for, by the backend that LXC_CNI_LINKS names, and prints what came of it.
 */
system.run(() => {
  const { netns: path, wishes }: Wishes = JSON.parse(system.readStandardInput());
  const netns = system.openNetns(path);
  const tools = { links: openLinks(netns), firewall: iptables, netns };
  const receipts: Receipt[] = [];
  const answer = (wish: Wish): unknown => {
    switch (wish.do) {
      case "run":
        return tools.links.run(wish.operations.map(revive));
      case "apply":
        return attempt(() => apply(wish.operations.map(revive), tools, receipts), receipts);
      case "undo":
        return undo(receipts, tools);
      case "read":
        return describeLink(tools.links.readLink(wish.where, link(wish.name)));
      case "list":
        return tools.links.readLinks(wish.where).map(({ name }) => name);
    }
  };
  const answers = wishes.map(answer);
  tools.links.close();
  system.writeStandardOutput(JSON.stringify({ backend: tools.links.name, answers }));
  return 0;
});

/** What the program is asked for. */
export interface Wishes {
  readonly netns: string;
  readonly wishes: readonly Wish[];
}

export type Wish =
  | { readonly do: "run" | "apply"; readonly operations: readonly WrittenOperation[] }
  | { readonly do: "undo" }
  | { readonly do: "read"; readonly where: Where; readonly name: string }
  | { readonly do: "list"; readonly where: Where };

/** An operation whose values are texts. */
export type WrittenOperation = Readonly<Record<string, unknown>> & { readonly do: LinkOperation["do"] };

function revive(operation: WrittenOperation): LinkOperation {
  const values: { address?: Prefix; to?: Prefix; via?: Address } = {};
  if (typeof operation.address === "string") values.address = prefix(operation.address);
  if (typeof operation.to === "string") values.to = prefix(operation.to);
  if (typeof operation.via === "string") values.via = address(operation.via);
  return { ...operation, ...values } as unknown as LinkOperation;
}

function attempt(action: () => void, receipts: readonly Receipt[]): unknown {
  const effects = () => receipts.map(({ operation, effect }) => `${operation.do}: ${effect}`);
  try {
    action();
    return { receipts: effects() };
  } catch (error) {
    const { code, message } = asCniError(error);
    return { receipts: effects(), code, message };
  }
}

function describeLink(found: LinkWithAddresses | undefined): unknown {
  return found && { ...found, addresses: found.addresses.map(formatPrefix) };
}

import { system } from "#system";
import { asCniError } from "../../../lib/cni/error.ts";
import { type Address, formatAddress } from "../../../lib/ip/address.ts";
import { formatPrefix, type Prefix } from "../../../lib/ip/prefix.ts";
import { announce } from "../../../lib/net/announce.ts";
import { apply } from "../../../lib/net/apply.ts";
import { defaultRouteMtu, keepRouterRoutes } from "../../../lib/net/default-route.ts";
import { iptables } from "../../../lib/net/firewall/iptables.ts";
import type { LinkBackend, LinkRoute, LinkWithAddresses } from "../../../lib/net/link-backend.ts";
import type { Where } from "../../../lib/net/link-operation.ts";
import { openLinks } from "../../../lib/net/open-links.ts";
import { isLinkOperation, type Operation } from "../../../lib/net/operation.ts";
import type { Receipt } from "../../../lib/net/receipt.ts";
import { undo } from "../../../lib/net/undo.ts";
import { address, link, mac, prefix } from "../values.ts";

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
        return tools.links.run(wish.operations.map(revive).filter(isLinkOperation));
      case "apply":
        return attempt(() => apply(wish.operations.map(revive), tools, receipts), receipts);
      case "undo":
        return undo(receipts, tools);
      case "read":
        return describeLink(tools.links.readLink(wish.where, link(wish.name)));
      case "list":
        return tools.links.readLinks(wish.where).map(({ name }) => name);
      case "list in full":
        return tools.links.readLinks(wish.where).map((each) => ({ ...each, addresses: undefined }));
      case "routes":
        return tools.links.readRoutes(wish.where, wish.which).map(describeRoute);
      case "vlans":
        return tools.links.readVlans(link(wish.port));
      case "wait":
        return wait(wish, tools.links);
      case "announce":
        return attempt(() => announceContainer(wish, tools.links), []);
      case "default route MTU":
        return defaultRouteMtu(tools.links);
      case "keep router routes": {
        const warnings: string[] = [];
        keepRouterRoutes(tools.links, (text) => warnings.push(text));
        return warnings;
      }
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
  | { readonly do: "list" | "list in full"; readonly where: Where }
  | { readonly do: "routes"; readonly where: Where; readonly which?: "all" | "default" }
  | { readonly do: "vlans"; readonly port: string }
  | WaitWish
  | AnnounceWish
  | { readonly do: "default route MTU" | "keep router routes" };

interface WaitWish {
  readonly do: "wait";
  readonly where: Where;
  readonly name: string;
  readonly until: "running" | "gone" | "all addresses checked";
  /** In milliseconds. */
  readonly patience: number;
  /** A command that runs once it has been seen that it is not so: `start` beside the wait, `run` before it goes on. */
  readonly meanwhile?: { readonly how: "start" | "run"; readonly argv: readonly string[] };
}

interface AnnounceWish {
  readonly do: "announce";
  readonly port: string;
  readonly container: { readonly name: string; readonly mac: string };
  readonly bridge: string;
  readonly addresses: readonly string[];
}

/** An operation whose values are texts. */
export type WrittenOperation = Readonly<Record<string, unknown>> & { readonly do: Operation["do"] };

function isSo(until: WaitWish["until"], found: LinkWithAddresses | undefined): boolean {
  switch (until) {
    case "running":
      return found?.isRunning === true;
    case "gone":
      return found === undefined;
    case "all addresses checked":
      return found?.addresses.every(({ detection }) => detection !== "tentative") === true;
  }
}

/** Waits, and tells how often it was looked. */
function wait({ where, name, until, patience, meanwhile }: WaitWish, links: LinkBackend): unknown {
  let looks = 0;
  const became = links.waitFor(
    where,
    link(name),
    (found) => {
      looks += 1;
      // By the second look, netlink has asked for events.
      if (looks === 2 && meanwhile !== undefined) {
        const [program = "", ...rest] = meanwhile.argv;
        const running = system.start({ program, arguments: rest, deadline: 20_000 });
        if (meanwhile.how === "run") running.wait();
      }
      return isSo(until, found);
    },
    patience,
  );
  return { became, looks };
}

function announceContainer({ port, container, bridge, addresses }: AnnounceWish, links: LinkBackend): void {
  const end = { name: link(container.name), mac: mac(container.mac) };
  announce(link(port), end, link(bridge), addresses.map(prefix), links);
}

function revive(operation: WrittenOperation): Operation {
  const values: { address?: Prefix | Address; to?: Prefix; via?: Address } = {};
  if (typeof operation.address === "string")
    values.address = operation.address.includes("/") ? prefix(operation.address) : address(operation.address);
  if (typeof operation.to === "string") values.to = prefix(operation.to);
  if (typeof operation.via === "string") values.via = address(operation.via);
  return { ...operation, ...values } as unknown as Operation;
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
  if (found === undefined) return undefined;
  const addresses = found.addresses.map((each) =>
    each.detection === "done" ? formatPrefix(each) : `${formatPrefix(each)} ${each.detection}`,
  );
  return { ...found, addresses };
}

function describeRoute({ to, via, ...others }: LinkRoute): unknown {
  return { to: formatPrefix(to), via: via && formatAddress(via), ...others };
}

import { CniError, Code } from "../../lib/cni/error.ts";
import type { ConfiguredLink } from "../container/configuration.ts";
import { quoteShellWord } from "../hook/shell-words.ts";
import type { WantedNetwork } from "../hook/wanted-network.ts";

/** What becomes of the links that LXC itself makes for a container. */
export type OtherLinks = "refuse" | "replace" | "keep";

/** The hooks that have to do with networks, in the order in which LXC calls them. */
const hooks = ["start-host", "stop", "post-stop", "destroy"];

/** The line that clears what LXC was told of links before, in included files too, and leaves it as it stands. */
const clearing = "lxc.net =";

/** What was chosen for lines that are there. */
export function chosenBefore(own: readonly string[] | undefined): OtherLinks {
  if (own === undefined || own.length === 0) return "refuse";
  if (own.includes(clearing)) return "replace";
  return own.some((line) => line.startsWith("lxc.net.")) ? "refuse" : "keep";
}

/**
 * The lines that have LXC call us, and make no links of its own.
 *
 * @param command The words of the command that LXC is to call.
 */
export function linesFor(command: readonly string[], links: readonly string[]): string[] {
  const line = command.map(quoteShellWord).join(" ");
  return [...links, ...hooks.map((hook) => `lxc.hook.${hook} = ${line}`)];
}

/**
 * The lines about LXC's own links. An `empty` one makes none, but brings lo up.
 *
 * @param links What the rest of the configuration has.
 * @throws CniError 7 where it has others, and it was not said what is to become of them, or that cannot be.
 */
export function linkLines(
  links: readonly ConfiguredLink[],
  networks: readonly WantedNetwork[],
  others: OtherLinks,
): string[] {
  const made = links.filter(({ type }) => type !== "empty");
  if (made.length === 0) return emptyLink(links[0]?.index ?? "0");
  if (others === "replace") return [clearing, ...emptyLink("0")];
  if (others === "refuse") throw inTheWay(made);
  requireRoomBeside(made, networks);
  return [];
}

function emptyLink(index: string): string[] {
  return [`lxc.net.${index}.type = empty`, `lxc.net.${index}.flags = up`];
}

function inTheWay(links: readonly ConfiguredLink[]): CniError {
  const found = links.map((link) => `${inWords(link)} (${link.at.file}, line ${link.at.line})`);
  return new CniError(
    Code.invalidConfiguration,
    `LXC itself makes ${found.join(", ")} for this container`,
    "--replace has LXC make none, until lxc-cni disable; --keep leaves it as it is, beside the networks",
  );
}

function inWords({ index, type = "no type", settings }: ConfiguredLink): string {
  const link = settings.get("link");
  return `lxc.net.${index}: ${type}${link === undefined ? "" : ` on ${link}`}`;
}

/** @throws CniError 7 where a link of LXC's has the name that a network's interface is to have, or there are no others */
function requireRoomBeside(links: readonly ConfiguredLink[], networks: readonly WantedNetwork[]): void {
  if (links.some(({ type }) => type === "none")) {
    throw new CniError(
      Code.invalidConfiguration,
      "this container shares the host's network",
      "lxc.net.N.type is none; --replace gives it one of its own",
    );
  }
  // The kernel names those without a name eth0, eth1 and so on.
  const names = links.map(({ settings }, index) => settings.get("name") ?? `eth${index}`);
  const taken = networks.find((network) => names.includes(network.interface));
  if (taken === undefined) return;
  const used = new Set([...names, ...networks.map((network) => network.interface)]);
  const free = [...names, ""].map((_, index) => `eth${index}`).find((name) => !used.has(name));
  throw new CniError(
    Code.invalidConfiguration,
    `${taken.interface} is an interface that LXC makes already`,
    `name another one: ${taken.network}:${free ?? `eth${used.size}`}`,
  );
}

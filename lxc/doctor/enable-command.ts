import { system } from "#system";
import { CniError } from "../../lib/cni/error.ts";
import { configurationOf } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import { splitOwnLines } from "../enable/own-lines.ts";
import { hookLinesOf } from "../hook/lines.ts";
import type { WantedNetwork } from "../hook/wanted-network.ts";
import { shellWord } from "../output/shell-word.ts";
import type { ExaminedContainer } from "./subject.ts";

/**
 * The command that writes the hook lines of a container anew. Lines that somebody wrote by hand are removed before: enable
 * leaves those of others alone, and does not have LXC call lxc-cni twice.
 */
export function enableCommand({ container, hookLines }: ExaminedContainer, ...options: string[]): string {
  const words = hookLines.find(({ words }) => words !== undefined)?.words?.networks ?? [];
  const networks = words.length === 0 ? ["NETWORK"] : words.map(wordFor);
  const enable = ["lxc-cni", "enable", container.name, ...networks, ...options].map(shellWord).join(" ");
  const files = filesByHand(container);
  if (files.length === 0) return enable;
  // Other containers may include the file, too.
  const others = files.filter((file) => file !== container.configFile);
  if (others.length > 0)
    return `remove the lines that call lxc-cni from ${others.join(", ")}, then: ${enable}`;
  return `sed -i '/lxc-cni hook/d' ${shellWord(container.configFile)} && ${enable}`;
}

/** The files that have lines which call lxc-cni, beside those of enable. */
function filesByHand({ configFile }: Container): string[] {
  try {
    const { rest } = splitOwnLines(system.readText(configFile));
    return [...new Set(hookLinesOf(configurationOf(rest, configFile)).map(({ at }) => at.file))];
  } catch (error) {
    // What marks the lines of enable is damaged: enable itself says how.
    if (error instanceof CniError) return [];
    throw error;
  }
}

function wordFor({ network, interface: link, ips, mac }: WantedNetwork, index: number): string {
  return [
    link === `eth${index}` ? network : `${network}:${link}`,
    ...ips.map((ip) => `ip=${ip}`),
    ...(mac === undefined ? [] : [`mac=${mac}`]),
  ].join(",");
}

import { UsageError } from "../command-line/usage-error.ts";
import type { Places } from "../runtime.ts";
import { parseWantedNetwork, type WantedNetwork } from "./wanted-network.ts";

/** What the line of a hook in a container's configuration asks for. */
export interface HookWords extends Places {
  readonly networks: readonly WantedNetwork[];
  /** How long the hook may take, in milliseconds; infinite for `--timeout 0`. */
  readonly timeout: number;
  /** The words that ask for them. */
  readonly words: readonly string[];
  /** Where the service for ordinary users listens; undefined for its usual place. */
  readonly socket?: string | undefined;
  /** Whether the container's resolver is told what the networks say. */
  readonly dns: boolean;
}

/** How long a hook may take unless its line says otherwise, in milliseconds: LXC itself would wait for ever. */
const usualTimeout = 10_000;

/**
 * Understands the words that a hook line gives after `lxc-cni hook`.
 *
 * @throws UsageError where they are not as `lxc-cni help` says.
 */
export function parseHookWords(words: readonly string[]): HookWords {
  const networkDirectories: string[] = [];
  const networks: string[] = [];
  let cniPath = "";
  let socket: string | undefined;
  let timeout = usualTimeout;
  let dns = true;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--net-dir") networkDirectories.push(optionValue(words, ++index));
    else if (word === "--cni-path") cniPath = optionValue(words, ++index);
    else if (word === "--socket") socket = optionValue(words, ++index);
    else if (word === "--timeout") timeout = parseTimeout(optionValue(words, ++index));
    else if (word === "--no-dns") dns = false;
    else if (word.startsWith("-")) throw new UsageError(`there is no option ${word}`);
    else networks.push(word);
  }
  if (networks.length === 0) throw new UsageError("hook needs the name of a network");
  const wanted = distinct(networks.map((word, index) => parseWantedNetwork(word, `eth${index}`)));
  return { networkDirectories, cniPath, timeout, socket, dns, words: networks, networks: wanted };
}

function optionValue(words: readonly string[], index: number): string {
  const value = words[index];
  if (value === undefined) throw new UsageError(`${words[index - 1]} needs a value`);
  return value;
}

function parseTimeout(text: string): number {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) throw new UsageError(`--timeout takes seconds, not "${text}"`);
  return Number(text) === 0 ? Number.POSITIVE_INFINITY : Number(text) * 1000;
}

function distinct(networks: readonly WantedNetwork[]): readonly WantedNetwork[] {
  const twice = networks.find(
    (each, index) => networks.findIndex((other) => other.interface === each.interface) !== index,
  );
  if (twice !== undefined) throw new UsageError(`interface ${twice.interface} is given to two networks`);
  return networks;
}

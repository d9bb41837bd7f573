import { type LinkName, whyNoLinkName } from "../../lib/ip/link-name.ts";
import { UsageError } from "../command-line/usage-error.ts";
import type { Places } from "../runtime.ts";

/** What the line of a hook in a container's configuration asks for. */
export interface HookWords extends Places {
  readonly networks: readonly WantedNetwork[];
  /** The words that ask for them. */
  readonly words: readonly string[];
  /** Where the service for ordinary users listens; undefined for its usual place. */
  readonly socket?: string | undefined;
  /** Whether the container's resolver is told what the networks say. */
  readonly dns: boolean;
}

/** A network that a container is to be on, and the interface that it is to be on it by. */
export interface WantedNetwork {
  /** A name, or a path. */
  readonly network: string;
  readonly interface: LinkName;
}

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
  let dns = true;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--net-dir") networkDirectories.push(optionValue(words, ++index));
    else if (word === "--cni-path") cniPath = optionValue(words, ++index);
    else if (word === "--socket") socket = optionValue(words, ++index);
    else if (word === "--no-dns") dns = false;
    else if (word.startsWith("-")) throw new UsageError(`there is no option ${word}`);
    else networks.push(word);
  }
  if (networks.length === 0) throw new UsageError("hook needs the name of a network");
  const wanted = distinct(networks.map(parseWantedNetwork));
  return { networkDirectories, cniPath, socket, words: networks, networks: wanted, dns };
}

function optionValue(words: readonly string[], index: number): string {
  const value = words[index];
  if (value === undefined) throw new UsageError(`${words[index - 1]} needs a value`);
  return value;
}

function parseWantedNetwork(word: string, index: number): WantedNetwork {
  const [network = "", name = `eth${index}`, ...more] = word.split(":");
  const reason = whyNoLinkName(name);
  if (network === "" || more.length > 0 || reason !== undefined) {
    throw new UsageError(`"${word}" is no NETWORK[:INTERFACE]${reason === undefined ? "" : `: ${reason}`}`);
  }
  return { network, interface: name as LinkName };
}

function distinct(networks: readonly WantedNetwork[]): readonly WantedNetwork[] {
  const twice = networks.find(
    (each, index) => networks.findIndex((other) => other.interface === each.interface) !== index,
  );
  if (twice !== undefined) throw new UsageError(`interface ${twice.interface} is given to two networks`);
  return networks;
}

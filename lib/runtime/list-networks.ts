import { CniError, describe } from "../cni/error.ts";
import { configurationFiles, readNetwork } from "./load-network.ts";
import type { Network } from "./network.ts";

/** A file where networks are looked for. */
export interface NetworkFile {
  readonly file: string;
  /** Undefined where the file cannot be used. */
  readonly network: Network | undefined;
  /** Why nobody gets this network by its name. */
  readonly problem: string | undefined;
}

/** Every file of the directories that may be a network's configuration, in the order in which they are looked at. */
export function listNetworkFiles(directories: readonly string[]): NetworkFile[] {
  const firstOf = new Map<string, string>();
  return directories.flatMap(configurationFiles).map((file) => {
    try {
      const network = readNetwork(file);
      const first = firstOf.get(network.name);
      if (first === undefined) firstOf.set(network.name, file);
      const problem = first && `${first} comes first, and has a network of the same name`;
      return { file, network, problem };
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      return { file, network: undefined, problem: describe(error) };
    }
  });
}

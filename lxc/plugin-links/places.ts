import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { carried } from "../carried.ts";

/** Where most CNI runtimes look for plugins. */
export const usualDirectory = "/opt/cni/bin";

/** A plugin of ours, and where a link to it may be. */
export interface Place {
  readonly plugin: string;
  /** Our executable. */
  readonly target: string;
  /** Where runtimes look for a plugin of this name. */
  readonly path: string;
  /** What another plugin that was there is called while ours has its name. */
  readonly aside: string;
}

/** The places of our plugins in a directory. @throws CniError 7 where that is the directory that they are in themselves */
export function placesIn(directory: string): Place[] {
  const executable = system.executable();
  const own = executable.slice(0, executable.lastIndexOf("/"));
  if (isSameFile(directory, own)) {
    throw new CniError(Code.invalidConfiguration, `${directory} is where the plugins are themselves`);
  }
  return carried.map(({ name: plugin }) => {
    const path = `${directory}/${plugin}`;
    return { plugin, target: `${own}/${plugin}`, path, aside: `${path}.before-lxc-cni` };
  });
}

/** Whether the link is there. */
export function isLinked({ path, target }: Place): boolean {
  return isSameFile(path, target);
}

function isSameFile(path: string, other: string): boolean {
  const [one, two] = [system.status(path), system.status(other)];
  return one !== undefined && one.inode === two?.inode && one.device === two.device;
}

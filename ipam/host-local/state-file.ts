import { system } from "#system";
import { trace } from "../../lib/cni/trace.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { OpenFile } from "../../lib/system/system.ts";

/** What is kept beside the leases of a directory: what is in it, and who had which address. */
export type StateKind = "index" | "sticky";

/** Where it is kept: out of the lease directory, in which the reference reads every file. */
const stateDirectory = "/var/lib/lxc-cni";

/** The file that belongs to a lease directory: named like its path, with `%2F` for each `/` (docs/formats.md). */
export function stateFile(kind: StateKind, directory: string): string {
  return `${stateDirectory}/${kind}/${directory.replaceAll("%", "%25").replaceAll("/", "%2F")}`;
}

/** The lease directories that have such a file. */
export function directoriesWithState(kind: StateKind): string[] {
  const names = system.listDirectory(`${stateDirectory}/${kind}`) ?? [];
  return names.map((name) => name.replaceAll("%2F", "/").replaceAll("%25", "%"));
}

/** Opens the file; undefined where there is none, or none can be had. */
export function openStateFile(kind: StateKind, directory: string): OpenFile | undefined {
  return unlessRefused(() => system.openFile(stateFile(kind, directory)));
}

/** Opens the file, and makes it where it is missing; undefined where it cannot be had. */
export function makeStateFile(kind: StateKind, directory: string): OpenFile | undefined {
  const path = stateFile(kind, directory);
  return unlessRefused(() => {
    const file = system.openFile(path, 0o600);
    if (file !== undefined) return file;
    system.makeDirectory(`${stateDirectory}/${kind}`, 0o700);
    return system.openFile(path, 0o600);
  });
}

/** Does what nothing depends on but the time that calls take; undefined where the system refuses it. */
export function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    trace(() => `host-local: went on without: ${error.message}`);
    return undefined;
  }
}

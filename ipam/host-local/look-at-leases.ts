import { system } from "#system";
import { CniError } from "../../lib/cni/error.ts";
import { indexedLeases } from "./indexed-leases.ts";
import type { KnownLeases } from "./known-leases.ts";
import { ifLeasesUnlocked } from "./lease-directory.ts";
import { readLeaseFiles } from "./lease-files.ts";
import { openIndex } from "./lease-index.ts";
import { mostWithoutIndex } from "./locked-knowledge.ts";
import { ReadLeases } from "./read-leases.ts";
import { unlessRefused } from "./state-file.ts";

/**
 * Looks at the leases of a directory without waiting for the lock; what is found may be history then.
 *
 * @param look Is called again where it answers undefined, and where what was known turns out to be wrong. In the end
 *   every file has been read, and what it answers counts.
 * @throws SystemError where the directory cannot be read.
 */
export function lookAtLeases<T>(
  directory: string,
  look: (known: KnownLeases) => T | undefined,
): T | undefined {
  const found = byIndex(directory, look);
  if (found !== undefined) return found;
  const names = system.listDirectory(directory) ?? [];
  const indexed = names.length > mostWithoutIndex ? afterIndexing(directory, look) : undefined;
  return indexed ?? look(new ReadLeases(readLeaseFiles(directory, names)));
}

function byIndex<T>(directory: string, look: (known: KnownLeases) => T | undefined): T | undefined {
  const index = openIndex(directory);
  if (index === undefined) return undefined;
  try {
    return unlessRefused(() => {
      // Asked for once: it can be gone the next time.
      const { tables } = index;
      const known = tables && indexedLeases(directory, tables);
      const found = known && look(known);
      // Whoever has changed the tables meanwhile has changed the directory before.
      return index.tables === undefined ? undefined : found;
    });
  } finally {
    index.close();
  }
}

/** Where reading all of it takes long, somebody should make an index. Whoever has the lock does so, too. */
function afterIndexing<T>(directory: string, look: (known: KnownLeases) => T | undefined): T | undefined {
  let found: T | undefined;
  try {
    ifLeasesUnlocked(directory, (leases) => {
      found = look(leases.known);
    });
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
  }
  return found;
}

import { system } from "#system";
import type { ContainerId } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { withLeases } from "./lease-directory.ts";
import { directoriesWithState } from "./state-file.ts";
import { rememberAddresses } from "./sticky.ts";

/**
 * Forgets which addresses a container was given last (`sticky`), in whichever lease directory: it is no more.
 *
 * @throws CniError 11 when other calls do not let go of the leases.
 */
export function forgetAddresses(container: ContainerId, interfaces: readonly LinkName[]): void {
  for (const directory of directoriesWithState("sticky")) {
    const forget = () => {
      for (const link of interfaces) rememberAddresses(directory, { container, interface: link }, []);
    };
    // The lock is in the lease directory. Where that is gone, nobody remembers anything there either.
    if (system.status(directory) === undefined) forget();
    else withLeases(directory, forget);
  }
}

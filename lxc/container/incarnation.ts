import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { CniError } from "../../lib/cni/error.ts";
import { stringifyCompact } from "../../lib/cni/json.ts";
import { isContainerId } from "../../lib/cni/names.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { Incarnation } from "./incarnation.schema.ts";
import { isRunning } from "./process.ts";

/** Where it is recorded which run of a container holds its attachments (docs/formats.md). */
const directory = "/var/lib/lxc-cni/incarnations";

/** Records the run that is about to be attached, before it is. @throws SystemError where that cannot be written */
export function recordIncarnation(container: ContainerId, incarnation: Incarnation): void {
  system.makeDirectory(directory, 0o700);
  system.replaceFile(pathOf(container), `${stringifyCompact(incarnation)}\n`, 0o600);
}

/** The run that was recorded last; undefined when there is none, or no record that can be understood. */
export function readIncarnation(container: ContainerId): Incarnation | undefined {
  try {
    const record = JSON.parse(system.readText(pathOf(container)));
    return decode<Incarnation>(Incarnation, record, { lenient: false, warn: () => {} });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CniError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** The containers that have a record. */
export function recordedContainers(): ContainerId[] {
  const names = system.listDirectory(directory) ?? [];
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .filter(isContainerId);
}

/** Forgets it, when all that it held has been given back. */
export function forgetIncarnation(container: ContainerId): void {
  system.removeFile(pathOf(container));
}

/**
 * Whether a stop that LXC reports has been overtaken: LXC runs post-stop after it has let go of the container, and the
 * next start-host can come first. Then the recorded run goes on; otherwise, nobody's network can be taken away.
 */
export function isOvertaken({ process }: Incarnation): boolean {
  return isRunning(process);
}

function pathOf(container: ContainerId): string {
  return `${directory}/${container}.json`;
}

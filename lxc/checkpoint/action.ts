import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import { parseJson, stringifyCompact } from "../../lib/cni/json.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { type Container, requireContainer } from "../container/containers.ts";
import { processOf } from "../container/process.ts";
import type { Places } from "../runtime.ts";
import { RestoreOrder } from "./action.schema.ts";
import { findNetworks, makeNetworks } from "./make-networks.ts";
import { readCheckpoint, readDocument } from "./record.ts";
import { orderVariable } from "./stage.ts";

/** What the environment of CRIU has to have in it, for what it calls. */
export function orderFor(
  { name, lxcPath }: Container,
  directory: string,
  places: Places,
): Record<string, string> {
  const { networkDirectories, cniPath } = places;
  const order: RestoreOrder = {
    name,
    lxcPath,
    directory,
    networkDirectories: [...networkDirectories],
    cniPath,
  };
  return { [orderVariable]: stringifyCompact(order) };
}

/**
 * Does what CRIU calls for when there is a network namespace, and nothing runs in it yet.
 *
 * @returns the exit status; with 1 CRIU gives the restore up.
 */
export function runRestoreAction(): number {
  const { CRTOOLS_INIT_PID: pid, [orderVariable]: text = "" } = system.environment();
  const strictly = { lenient: false, warn: () => {} };
  const order = decode<RestoreOrder>(RestoreOrder, parseJson(text, orderVariable), strictly);
  try {
    const container = requireContainer(order.name, order.lxcPath);
    const first = processOf(Number(pid));
    if (first === undefined) {
      throw new CniError(Code.unknownContainer, "CRIU tells no process", `CRTOOLS_INIT_PID is ${pid}`);
    }
    const wanted = findNetworks(
      container,
      readDocument(order.directory),
      readCheckpoint(container.id),
      order,
    );
    withLock("container", container.id, () => makeNetworks(container, first, wanted));
    return 0;
  } catch (error) {
    if (!(error instanceof CniError) && !isSystemError(error)) throw error;
    // CRIU says no more than that a script failed.
    system.replaceFile(failurePath(order.directory), describe(error), 0o600);
    return 1;
  }
}

/** Where it is kept why the networks could not be made, in a checkpoint's directory. */
export function failurePath(directory: string): string {
  return `${directory}/network-failure`;
}

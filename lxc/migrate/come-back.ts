import { asCniError, CniError, Code, describe } from "../../lib/cni/error.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { restore } from "../checkpoint/restore.ts";
import type { Journey } from "./journey.ts";
import { recordMove } from "./move.ts";
import { removeParts } from "./parts.ts";

/**
 * Has a container that was saved go on here, since it does not elsewhere.
 *
 * @param cause Why it was not moved.
 * @param directory Of its checkpoint, of which nothing but logs is left afterwards.
 * @returns what to say of it all.
 */
export function comeBack(
  { container, places }: Pick<Journey, "container" | "places">,
  checkpoint: Checkpoint,
  cause: unknown,
  directory: string,
): CniError {
  try {
    recordMove(container.id, { ...checkpoint, directory }, undefined);
    restore(container, directory, places);
    removeParts(directory);
  } catch (error) {
    if (!(error instanceof CniError) && !isSystemError(error)) throw error;
    return new CniError(
      Code.checkpointFailed,
      `${container.name} was not moved, and could not be restored here either`,
      `${describe(cause)}; ${describe(error)}; "lxc-cni restore ${container.name} ${directory}" tries again`,
    );
  }
  return new CniError(
    asCniError(cause).code,
    `${container.name} was not moved, and goes on here`,
    describe(cause),
  );
}

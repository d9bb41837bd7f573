import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { readDocument, requirePrivate } from "../checkpoint/record.ts";
import { containerIdOf } from "../container/id.ts";
import { finishArrival, readArrival } from "./arrival.ts";
import { cancelArrival } from "./cancel.ts";
import { goOn } from "./go-on.ts";
import { readNeeds, requireWhole, unpackFiles } from "./pack.ts";
import { prepareArrival } from "./prepare.ts";
import { removeTree } from "./programs.ts";
import type { Timeline } from "./timeline.ts";

/**
 * Has a container go on here that was packed on another host.
 *
 * Where that fails, nothing of it is left here, and the directory is as it was. Where it goes on already, all is well.
 *
 * @param name Of the container.
 * @param directory Absolute.
 * @throws CniError 3, 7, 105, 106, 112 for what is in the way
 */
export function takeUp(name: string, directory: string, timeline: Timeline): Checkpoint {
  requirePrivate(directory);
  const checkpoint = readDocument(directory);
  if (checkpoint.name !== name) {
    throw new CniError(
      Code.unknownContainer,
      `there is no container ${name} in ${directory}`,
      `there is ${checkpoint.name}`,
    );
  }
  requireWhole(directory);
  const { lxcPath } = checkpoint;
  const id = containerIdOf(name, lxcPath);
  const place = `${lxcPath}/${name}`;
  return withLock("migration", id, () => {
    const offer = { checkpoint, needs: readNeeds(directory), since: 0 };
    const goesOn = timeline.step("prepare", () => prepareArrival(offer, directory));
    if (goesOn) {
      // An earlier call was ended when it had done all but this. Its files are in use.
      finishArrival(id);
      return checkpoint;
    }
    try {
      // What an earlier visit has left is of the past.
      removeTree(place);
      system.makeDirectory(place, 0o770);
      timeline.step(
        "unpack",
        () => unpackFiles(directory, place),
        (bytes) => ({ bytes }),
      );
      timeline.step(
        "restore",
        () => goOn(checkpoint, directory),
        ({ milliseconds: lxc }) => ({ lxc }),
      );
    } catch (error) {
      if (!(error instanceof CniError) && !isSystemError(error)) throw error;
      const arrival = readArrival(id);
      if (arrival !== undefined) cancelArrival(id, { ...arrival, isNew: true }, checkpoint);
      throw new CniError(Code.migrationFailed, `${name} does not go on here`, describe(error));
    }
    finishArrival(id);
    return checkpoint;
  });
}

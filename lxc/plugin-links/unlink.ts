import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { isLinked, type Place, placesIn } from "./places.ts";

/** What became of a place. */
export interface Unlinked extends Place {
  /** `other`: there is something, or nothing, that is not our link; `restored`: what was there before is back. */
  readonly became: "free" | "restored" | "other";
}

/** Undoes {@linkcode linkPlugins}. What is no link to our plugins is left alone. */
export function unlinkPlugins(directory: string): Unlinked[] {
  return placesIn(directory).map((place) => ({ ...place, became: unlinkOne(place) }));
}

function unlinkOne(place: Place): Unlinked["became"] {
  if (!isLinked(place)) return "other";
  try {
    system.renameFile(place.aside, place.path);
    return "restored";
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    system.removeFile(place.path);
    return "free";
  }
}

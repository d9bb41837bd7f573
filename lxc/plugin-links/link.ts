import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { temporaryPrefix } from "../../lib/system/system.ts";
import { isLinked, type Place, placesIn } from "./places.ts";

/** What became of a place. */
export interface Linked extends Place {
  /** `replaced`: another plugin was there, and is kept aside. */
  readonly was: "free" | "linked" | "replaced";
}

/**
 * Has runtimes that look in a directory find our plugins, by symbolic links. At each moment, a plugin of that name is there,
 * where one was before.
 *
 * @param mayReplace Whether other plugins of these names may be put aside.
 * @throws CniError 7 where they may not, before anything is changed, or where something is in the way of putting them aside.
 */
export function linkPlugins(directory: string, mayReplace: boolean): Linked[] {
  const places = placesIn(directory);
  requireTargets(places);
  system.makeDirectory(directory, 0o755);
  const names = system.listDirectory(directory) ?? [];
  const taken = places.filter((place) => names.includes(place.plugin) && !isLinked(place));
  if (taken.length > 0 && !mayReplace) {
    throw new CniError(
      Code.invalidConfiguration,
      `there is something else at ${taken.map(({ path }) => path).join(" and ")}`,
      `--replace puts it aside, as ${taken.map(({ aside }) => aside).join(" and ")}`,
    );
  }
  return places.map((place) => ({ ...place, was: linkOne(place, directory) }));
}

function requireTargets(places: readonly Place[]): void {
  const missing = places.filter(({ target }) => system.status(target)?.kind !== "file");
  if (missing.length === 0) return;
  const names = missing.map(({ target }) => target).join(" and ");
  throw new CniError(Code.invalidConfiguration, `there is no ${names}`, "install the plugins beside lxc-cni");
}

function linkOne(place: Place, directory: string): Linked["was"] {
  const { plugin, path, target, aside } = place;
  if (isLinked(place)) return "linked";
  if (system.makeSymbolicLink(path, target)) return "free";
  if (!system.linkFile(path, aside)) {
    throw new CniError(
      Code.invalidConfiguration,
      `${path} cannot be put aside, since there is a ${aside} already`,
      "remove the one that is not wanted",
    );
  }
  const temporary = `${directory}/${temporaryPrefix}${plugin}`;
  system.removeFile(temporary);
  system.makeSymbolicLink(temporary, target);
  system.renameFile(temporary, path);
  return "replaced";
}

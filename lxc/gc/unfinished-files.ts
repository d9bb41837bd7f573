import { system } from "#system";
import { heldDirectories } from "../../ipam/host-local/held.ts";
import { cacheDirectory } from "../../lib/runtime/cache.ts";
import { temporaryPrefix } from "../../lib/system/system.ts";
import { checkpointDirectory } from "../checkpoint/checkpointed.ts";
import { errorDirectory } from "../container/forget-last-error.ts";
import { incarnationDirectory } from "../container/incarnation.ts";
import { arrivalDirectory } from "../migrate/arrival.ts";
import { youth } from "./remains.ts";

/** Where lxc-cni writes files under another name first. (That of leases, host-local looks after itself.) */
const directories = [
  cacheDirectory,
  incarnationDirectory,
  errorDirectory,
  checkpointDirectory,
  arrivalDirectory,
];

/**
 * The files that calls had begun to write when they were killed. Nobody reads them, nor finishes them: writing one takes
 * less than a second.
 *
 * @param now In milliseconds since 1970.
 * @throws SystemError where a directory cannot be read.
 */
export function unfinishedFiles(now: number): string[] {
  return [...directories, ...heldDirectories()].flatMap((directory) =>
    (system.listDirectory(directory) ?? [])
      .filter((name) => name.startsWith(temporaryPrefix))
      .map((name) => `${directory}/${name}`)
      .filter((path) => isOld(path, now)),
  );
}

function isOld(path: string, now: number): boolean {
  const modified = system.status(path)?.modified;
  return modified !== undefined && now - Number(modified / 1_000_000n) >= youth;
}

import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import { parseJson, stringify } from "../../lib/cni/json.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { checkpoint as checkpointContainer, type Taken } from "../checkpoint/checkpoint.ts";
import { duration, size } from "../checkpoint/words.ts";
import { readConfiguration } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import type { Places } from "../runtime.ts";
import { comeBack } from "./come-back.ts";
import { needsOf, requireOwnRoot } from "./needs.ts";
import { filesName, needsName, sumsName } from "./parts.ts";
import { requireProgram, runProgram } from "./programs.ts";
import { Needs } from "./steps.schema.ts";
import { savedBy, type Timeline } from "./timeline.ts";

/** How a container's files are packed and unpacked: with owners as numbers, and all that is known of them besides. */
const manner = ["--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls"];

/**
 * Saves a container that runs into a directory, with its files and all that another host has to know, and ends it. Its
 * addresses are held here, as after a checkpoint. Where it fails, it goes on here.
 *
 * @param directory Absolute.
 * @throws CniError as for a checkpoint; 106 where its files cannot be packed
 */
export function pack(container: Container, directory: string, places: Places, timeline: Timeline): Taken {
  for (const program of ["tar", "sha256sum"]) requireProgram(program);
  const configuration = readConfiguration(container.configFile);
  requireOwnRoot(container, configuration);
  return withLock("migration", container.id, () => {
    const wishes = { leaveRunning: false, fix: false };
    const save = () => checkpointContainer(container, directory, wishes, places);
    const taken = timeline.step("checkpoint", save, savedBy);
    const packFiles = () => {
      const needs = stringify(needsOf(container, configuration));
      system.replaceFile(`${directory}/${needsName}`, `${needs}\n`, 0o600);
      const packed = () => system.status(`${directory}/${filesName}`)?.size ?? 0;
      const from = ["-C", `${container.lxcPath}/${container.name}`, "."];
      const create = [...manner, "--sparse", "--create", `--file=${directory}/${filesName}`, ...from];
      const line = (time: number) => `packing ${container.name}: ${size(packed())}, ${duration(time)}`;
      runProgram("tar", create, [0], line);
      writeSums(directory);
      return packed();
    };
    try {
      timeline.step("pack", packFiles, (bytes) => ({ bytes }));
    } catch (error) {
      // A restore needs room, too.
      system.removeFile(`${directory}/${filesName}`);
      throw comeBack({ container, places }, taken.checkpoint, error, directory);
    }
    return taken;
  });
}

/** Whatever carries the directory to the other host may lose a part of it. */
function writeSums(directory: string): void {
  const find = `find . -type f ! -name ${sumsName} ! -name '*.log' -exec sha256sum -- {} + > ${sumsName}`;
  runProgram("sh", ["-c", `umask 077 && cd -- "$0" && ${find}`, directory]);
}

/** Makes sure that a directory has all that was packed into it. @throws CniError 106 where it has not */
export function requireWhole(directory: string): void {
  if (system.status(`${directory}/${sumsName}`) === undefined) {
    throw new CniError(
      Code.migrationFailed,
      `there is no packed container in ${directory}`,
      `it has no ${sumsName}: lxc-cni migrate CONTAINER DIR makes it, and a copy is to have it all`,
    );
  }
  try {
    runProgram("sh", ["-c", `cd -- "$0" && exec sha256sum --check --quiet --strict ${sumsName}`, directory]);
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CniError(
      Code.migrationFailed,
      `${directory} is not as it was packed`,
      `${error.details}; copy it again`,
    );
  }
}

/** What a packed container needs. @throws CniError 3, 6 or 7 where that cannot be understood */
export function readNeeds(directory: string): Needs {
  const path = `${directory}/${needsName}`;
  try {
    return decode<Needs>(Needs, parseJson(system.readRegular(path), path), {
      lenient: false,
      warn: () => {},
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.unknownContainer, `there is no packed container in ${directory}`, error.message);
  }
}

/** Unpacks a container's files. @param place The directory that LXC is to have it in */
export function unpackFiles(directory: string, place: string): number {
  const how = [...manner, "--same-owner", "--preserve-permissions"];
  const bytes = system.status(`${directory}/${filesName}`)?.size ?? 0;
  const line = (time: number) => `unpacking ${size(bytes)}: ${duration(time)}`;
  runProgram("tar", [...how, "--extract", `--file=${directory}/${filesName}`, "-C", place], [0], line);
  return bytes;
}

import { system } from "#system";
import { imagesOf } from "../checkpoint/criu.ts";
import { removeDocument } from "../checkpoint/record.ts";
import { runProgram } from "./programs.ts";

// What of a container that moves is in its directory, beside the checkpoint (docs/formats.md).

/** What it needs of the host that takes it. */
export const needsName = "needs.json";

/** Its files: the directory that LXC has it in. */
export const filesName = "container.tar";

/** Sums of all of them. */
export const sumsName = "SHA256SUMS";

const others = ["criu.conf", "network-failure"];

/**
 * Removes what a checkpoint and a move have put into a directory, but for logs, and the directory where nothing else is
 * in it: there is a container's memory in it. What failed, the logs may tell.
 */
export function removeParts(directory: string): void {
  if (system.status(directory) === undefined) return;
  removeDocument(directory);
  for (const name of [needsName, filesName, sumsName, ...others]) system.removeFile(`${directory}/${name}`);
  const images = imagesOf(directory);
  if (system.status(images) !== undefined) {
    runProgram("find", [images, "-type", "f", "!", "-name", "*.log", "-delete"]);
    system.removeDirectory(images);
  }
  system.removeDirectory(directory);
}

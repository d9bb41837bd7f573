import { system } from "#system";
import { imagesOf } from "../checkpoint/criu.ts";
import { removeDocument } from "../checkpoint/record.ts";
import { removeTree } from "./programs.ts";

// What of a container that moves is in its directory, beside the checkpoint (docs/formats.md).

/** What it needs of the host that takes it. */
export const needsName = "needs.json";

/** Its files: the directory that LXC has it in. */
export const filesName = "container.tar";

/** Sums of all of them. */
export const sumsName = "SHA256SUMS";

const others = ["criu.conf", "lxc-checkpoint.log", "network-failure"];

/** Removes all that a checkpoint and a move have put into a directory, and the directory where nothing else is in it. */
export function removeParts(directory: string): void {
  removeDocument(directory);
  for (const name of [needsName, filesName, sumsName, ...others]) system.removeFile(`${directory}/${name}`);
  removeTree(imagesOf(directory));
  system.removeDirectory(directory);
}

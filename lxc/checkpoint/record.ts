import { system } from "#system";
import { holdAddress, unholdAddress } from "../../ipam/host-local/held.ts";
import { decode } from "../../lib/cni/decode.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import { parseJson, stringify } from "../../lib/cni/json.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { readRecord, removeRecord, writeRecord } from "../container/record.ts";
import { addressesOf, attachmentsOf } from "./attachments.ts";
import { Checkpoint } from "./checkpoint.schema.ts";
import { checkpointDirectory } from "./checkpointed.ts";

/** What of a checkpoint is ours, in its directory (docs/formats.md). */
const documentName = "lxc-cni.json";

/** What is known here of the checkpoint of a container; undefined where it is not checkpointed. */
export function readCheckpoint(container: ContainerId): Checkpoint | undefined {
  return readRecord(checkpointDirectory, Checkpoint, container);
}

/**
 * Takes a container for checkpointed from now on: its addresses are held, and no start but a restore gives it any.
 *
 * @throws CniError 112 where an address is held for somebody else; nothing is held then
 */
export function holdCheckpoint(container: ContainerId, checkpoint: Checkpoint): void {
  try {
    // First what tells release of them.
    writeRecord(checkpointDirectory, container, checkpoint);
    for (const each of attachmentsOf(checkpoint, container)) {
      for (const address of addressesOf(each)) holdAddress(each.attachment, address);
    }
  } catch (error) {
    unholdCheckpoint(container, checkpoint);
    throw error;
  }
}

/** Takes it for checkpointed no longer. Leases stay as they are. */
export function unholdCheckpoint(container: ContainerId, checkpoint: Checkpoint): void {
  for (const each of attachmentsOf(checkpoint, container)) {
    for (const address of addressesOf(each)) unholdAddress(each.attachment, address);
  }
  removeRecord(checkpointDirectory, container);
}

/** Makes a checkpoint's directory. @throws CniError 105 where it is there, and others may get into it */
export function makePrivateDirectory(directory: string): void {
  system.makeDirectory(directory, 0o700);
  requirePrivate(directory);
}

/**
 * What is in a container's memory is nobody else's business, and what a restore reads is not to be anybody else's.
 *
 * @throws CniError 105 where others may get into the directory
 */
export function requirePrivate(directory: string): void {
  const { mode, userId } = system.status(directory) ?? { mode: 0, userId: system.userId };
  if ((mode & 0o077) === 0 && userId === system.userId) return;
  throw new CniError(
    Code.checkpointFailed,
    `${directory} is open to others`,
    `a checkpoint holds all of a container's memory: chmod 700 ${directory}, and have it belong to user ${system.userId}`,
  );
}

/** Writes what makes the networks again into a checkpoint's directory. */
export function writeDocument(directory: string, checkpoint: Checkpoint): void {
  system.replaceFile(`${directory}/${documentName}`, `${stringify(checkpoint)}\n`, 0o600);
}

/** Whether a directory has a checkpoint in it. */
export function hasDocument(directory: string): boolean {
  return system.status(`${directory}/${documentName}`) !== undefined;
}

/** Removes it: what CRIU has written there is of no use. */
export function removeDocument(directory: string): void {
  system.removeFile(`${directory}/${documentName}`);
}

/** Reads it. @throws CniError 3 where the directory has no checkpoint, 6 or 7 where it cannot be understood */
export function readDocument(directory: string): Checkpoint {
  const path = `${directory}/${documentName}`;
  try {
    return decode(Checkpoint, parseJson(system.readRegular(path), path), { lenient: false, warn: () => {} });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(
      Code.unknownContainer,
      `there is no checkpoint in ${directory}`,
      `${error.message}; lxc-cni checkpoint writes it when CRIU has saved the container`,
    );
  }
}

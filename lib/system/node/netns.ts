import { closeSync, constants, fstatSync, openSync, readlinkSync, statfsSync } from "node:fs";
import { constants as osConstants } from "node:os";
import type { Netns, Outcome } from "../system.ts";
import { closeOnce } from "./close-once.ts";
import { start } from "./commands.ts";
import { errorNumberIn, systemError } from "./errors.ts";

/** How long the small programs of this file may take, in milliseconds. */
const patience = 10_000;

/** The file system that namespaces are files of (linux/magic.h). */
const NSFS_MAGIC = 0x6e736673;

/** {@linkcode System.openNetns}. */
export function openNetns(path: string): Netns {
  // Without O_NONBLOCK, a FIFO at this path would be waited for.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const ownPath = `/proc/${process.pid}/fd/${descriptor}`;
  if (!isNetns(ownPath)) {
    closeSync(descriptor);
    throw systemError(osConstants.errno.EINVAL, "ioctl", path);
  }
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return {
    descriptor,
    path: ownPath,
    identity: `${dev}:${ino}`,
    close: closeOnce(descriptor),
  };
}

/**
 * The native host asks with ioctl(2), which Node has not. The link of a namespace's descriptor shows its kind,
 * unless it was opened through a mount, as in /run/netns: then entering it is the proof.
 */
function isNetns(descriptorPath: string): boolean {
  if (statfsSync(descriptorPath).type !== NSFS_MAGIC) return false;
  const target = readlinkSync(descriptorPath);
  if (/^[a-z_]+:\[\d+\]$/.test(target)) return target.startsWith("net:");
  const probe = start({
    program: "nsenter",
    arguments: [`--net=${descriptorPath}`, "true"],
    deadline: patience,
  });
  return probe.wait().status === 0;
}

/** {@linkcode System.readText} in a namespace. */
export function readTextIn(netns: Netns, path: string): string {
  const outcome = dd({ arguments: [`if=${path}`], netns });
  if (outcome.status !== 0) throw failureOf(outcome, "read", path);
  return outcome.output;
}

/** {@linkcode System.writeInPlace} in a namespace. */
export function writeInPlaceIn(netns: Netns, path: string, text: string): void {
  const outcome = dd({ arguments: [`of=${path}`, "conv=nocreat,notrunc"], netns, input: text });
  if (outcome.status !== 0) throw failureOf(outcome, "write", path);
}

/** dd(1) neither creates the file nor cuts what it writes into pieces. */
function dd(command: { arguments: readonly string[]; netns: Netns; input?: string }): Outcome {
  return start({
    ...command,
    program: "dd",
    arguments: ["bs=1M", "status=none", ...command.arguments],
    deadline: patience,
  }).wait();
}

function failureOf({ errors }: Outcome, syscall: string, path: string): Error {
  const number = errorNumberIn(errors);
  return errors.includes("failed to open") ? systemError(number, "open", path) : systemError(number, syscall);
}

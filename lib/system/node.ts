import { randomFillSync } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { isSystemError } from "./error.ts";
import { sleep } from "./node/clock.ts";
import { isExecutable, start } from "./node/commands.ts";
import { lock } from "./node/lock.ts";
import { openNetns, readTextIn, writeInPlaceIn } from "./node/netns.ts";
import { run } from "./node/signals.ts";
import { readToEnd, writeAll } from "./node/streams.ts";
import { findProgram } from "./program.ts";
import type { FileStatus, Netns, System } from "./system.ts";
import * as wholeFile from "./whole-file.ts";

/** The operating system as Node.js shows it, with small programs where it shows too little. */
export const system: System = {
  host: "node",
  get pid() {
    return process.pid;
  },
  get userId() {
    return process.geteuid?.() ?? 0;
  },
  arguments: () => process.argv.slice(2),
  environment: () => ({ ...process.env }) as Record<string, string>,
  executable: () => realpathSync.native(process.argv[1] ?? process.execPath),
  run,

  readStandardInput: () => readToEnd(0),
  writeStandardOutput: (text) => writeAll(1, text),
  writeStandardError,

  readText,
  readTail,
  writeInPlace,
  createFile: (path, text, mode) => wholeFile.createFile(fileCalls, path, text, mode),
  replaceFile: (path, text, mode) => wholeFile.replaceFile(fileCalls, path, text, mode),
  removeFile: (path) => wholeFile.removeFile(fileCalls, path),
  makeDirectory: (path, mode) => wholeFile.makeDirectory(fileCalls, path, mode),
  listDirectory,
  status,
  realPath: (path) => realpathSync.native(path),

  lock,
  openNetns,
  openNetlink: () => undefined,
  openNetfilter: () => undefined,

  findProgram: (name) => findProgram(name, isExecutable),
  start,

  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  sleep,
  random: (length) => randomFillSync(new Uint8Array(length)),
};

const fileCalls: wholeFile.FileCalls = {
  openNew: (path, mode) => openSync(path, "wx", mode),
  write: writeAll,
  close: closeSync,
  link: linkSync,
  rename: renameSync,
  unlink: unlinkSync,
  mkdir: mkdirSync,
  isDirectory: (path) => status(path)?.kind === "directory",
  random: (length) => randomFillSync(new Uint8Array(length)),
};

function writeStandardError(text: string): void {
  try {
    writeAll(2, text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function readText(path: string, netns?: Netns): string {
  return netns === undefined ? withOpen(path, constants.O_RDONLY, readToEnd) : readTextIn(netns, path);
}

function readTail(path: string, length: number): string {
  return withOpen(path, constants.O_RDONLY, (descriptor) => {
    const { size } = fstatSync(descriptor);
    const tail = new Uint8Array(Math.min(length, size));
    const read = readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return Buffer.from(tail.subarray(0, read)).toString();
  });
}

function writeInPlace(path: string, text: string, netns?: Netns): void {
  if (netns === undefined) withOpen(path, constants.O_WRONLY, (descriptor) => writeAll(descriptor, text));
  else writeInPlaceIn(netns, path, text);
}

function withOpen<Result>(path: string, flags: number, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(path, flags);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function listDirectory(path: string): string[] | undefined {
  try {
    // As buffers, since the order of bytes is not that of UTF-16.
    const names = readdirSync(path, { encoding: "buffer" });
    return names.sort(Buffer.compare).map((name) => name.toString());
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function status(path: string): FileStatus | undefined {
  try {
    return toFileStatus(statSync(path, { bigint: true }));
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function toFileStatus(stats: BigIntStats): FileStatus {
  return {
    kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
    mode: Number(stats.mode) & 0o7777,
    userId: Number(stats.uid),
    groupId: Number(stats.gid),
    device: Number(stats.dev),
    inode: Number(stats.ino),
    size: Number(stats.size),
    modified: stats.mtimeNs,
  };
}

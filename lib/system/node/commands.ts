import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { constants as osConstants, tmpdir } from "node:os";
import { join } from "node:path";
import { commandEnvironment, programPath } from "../program.ts";
import type { Command, Outcome, Running } from "../system.ts";
import { systemError } from "./errors.ts";
import { signalNumber } from "./signals.ts";

/** {@linkcode System.start}: runs the command to its end. */
export function start(command: Command): Running {
  const outcome = execute(command);
  return { hasEnded: () => true, wait: () => outcome };
}

/** Whether a path leads to a file that this process may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Standard input, output and error are files without names, as under the native host: with pipes, a grandchild
 * that keeps one open would be waited for.
 */
function execute(command: Command): Outcome {
  const path = programPath(command, isExecutable);
  const input = command.input === undefined ? "ignore" : anonymousFile();
  const output = anonymousFile();
  const errors = anonymousFile();
  try {
    if (input !== "ignore" && command.input !== undefined) fill(input, command.input);
    const [program, ...rest] = inNamespace(command, path);
    const result = spawnSync(program, rest, {
      stdio: [input, output, errors],
      env: command.environment ?? commandEnvironment,
      // 0 would mean no limit at all.
      timeout: Math.max(1, Math.ceil(command.deadline)),
      killSignal: "SIGKILL",
    });
    return { ...endOf(result, path), output: contentOf(output), errors: contentOf(errors) };
  } finally {
    if (input !== "ignore") closeSync(input);
    closeSync(output);
    closeSync(errors);
  }
}

/** The command line, through nsenter(1) where the command belongs into another namespace. */
function inNamespace({ netns, arguments: rest }: Command, path: string): [string, ...string[]] {
  if (netns === undefined) return [path, ...rest];
  const { EACCES, ENOENT } = osConstants.errno;
  // What nsenter itself would find out is told by its exit status, which could be the command's as well.
  if (!isExecutable(path)) throw systemError(exists(path) ? EACCES : ENOENT, "spawn", path);
  const nsenter = programPath({ program: "nsenter", arguments: [], deadline: 0 }, isExecutable);
  return [nsenter, `--net=${netns.path}`, "--", path, ...rest];
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function endOf({ status, signal, error }: SpawnSyncReturns<Buffer>, path: string) {
  const late = error !== undefined && "code" in error && error.code === "ETIMEDOUT";
  if (error !== undefined && !late) {
    throw "errno" in error ? systemError(-Number(error.errno), "spawn", path) : error;
  }
  return {
    status: status ?? undefined,
    signal: signal === null ? undefined : signalNumber(signal),
    late,
  };
}

function anonymousFile(): number {
  const path = join(tmpdir(), `lxc-cni-${randomBytes(8).toString("hex")}`);
  const descriptor = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return descriptor;
}

/** Writes without moving the offset, which the command shares. */
function fill(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; ) {
    offset += writeSync(descriptor, bytes, offset, bytes.length - offset, offset);
  }
}

function contentOf(descriptor: number): string {
  const chunks: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const chunk = new Uint8Array(65536);
    const length = readSync(descriptor, chunk, 0, chunk.length, offset);
    if (length === 0) return Buffer.concat(chunks).toString();
    chunks.push(chunk.subarray(0, length));
    offset += length;
  }
}

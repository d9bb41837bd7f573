import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { type Outcome, searchPath } from "../../lib/system/system.ts";
import type { Container } from "../container/containers.ts";
import { awaitWithProgress } from "../output/progress.ts";
import { duration, size } from "./words.ts";

/** The oldest CRIU that saves sockets on Linux 6.16 and later (checkpoint-restore/criu, issue 2705). */
const oldest = [4, 2] as const;

/** How long saving or restoring may take: memory may be hundreds of gigabytes. In milliseconds. */
const longest = 24 * 3600 * 1000;

/**
 * What CRIU is told beside what LXC says: that the network namespace is ours to make, and to block connections in the
 * meantime by nftables, for which it needs no programs.
 */
const configuration = "empty-ns net\nnetwork-lock nftables\n";

/**
 * For a restore. By move_mount(2), which is otherwise its way, CRIU cannot make mounts of the host's directories again,
 * such as those of LXC's busybox.
 */
const configurationOfRestore = `${configuration}mntns-compat-mode\n`;

/**
 * What has to be done before CRIU can be of use here, in words; undefined where it can.
 *
 * @param isThorough Whether CRIU is to try what it needs of the kernel, which takes some 50 ms.
 */
export function whyNoCriu(isThorough: boolean): string | undefined {
  const missing = whichIsMissing();
  const criu = system.findProgram("criu");
  if (missing !== undefined || criu === undefined) return missing;
  const said = run(criu, ["--version"]);
  const version = /^Version: *(\d+)\.(\d+)/m.exec(said.output);
  if (version === null) return `"${criu} --version" fails: ${lastOf(`${said.output}${said.errors}`, 2)}`;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    return `${criu} is ${major}.${minor}: sockets of new kernels need ${oldest.join(".")} or later, as in Debian 14`;
  }
  if (!isThorough) return undefined;
  const { status, output, errors } = run(criu, ["check"]);
  return status === 0 ? undefined : `"${criu} check" fails: ${lastOf(`${output}${errors}`, 2)}`;
}

/** Which program is missing, and how it is had, in words; undefined where none is. It takes no time. */
export function whichIsMissing(): string | undefined {
  if (system.findProgram("criu") === undefined)
    return `criu is missing: install the package criu, ${oldest.join(".")} or later`;
  if (system.findProgram("lxc-checkpoint") === undefined)
    return "lxc-checkpoint is missing: install the package lxc";
  return undefined;
}

function run(program: string, words: readonly string[]): Outcome {
  return system.start({ program, arguments: words, deadline: 30_000 }).wait();
}

/** Where CRIU writes, in a checkpoint's directory. */
export function imagesOf(directory: string): string {
  return `${directory}/images`;
}

/**
 * Has LXC call CRIU.
 *
 * What is printed goes to a file: LXC's monitor of a container that was restored would hold a pipe open for ever.
 *
 * @param words What lxc-checkpoint is to do.
 * @param environment What the program is to know that CRIU calls.
 * @returns why it failed; undefined where it did not.
 */
export function callLxcCheckpoint(
  { name, lxcPath }: Container,
  directory: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string | undefined {
  const isRestore = words.includes("-r");
  const config = `${directory}/criu.conf`;
  const log = `${directory}/lxc-checkpoint.log`;
  const images = imagesOf(directory);
  const { PATH: path = "", ...callers } = system.environment();
  // By this, what CRIU calls would take itself for called by a plugin.
  delete callers.CNI_COMMAND;
  system.makeDirectory(images, 0o700);
  system.replaceFile(config, isRestore ? configurationOfRestore : configuration, 0o600);
  const which = ["-n", name, "-P", lxcPath, "-D", images, "-v"];
  const running = system.start({
    program: "sh",
    arguments: ["-c", 'exec "$@" > "$0" 2>&1 < /dev/null', log, "lxc-checkpoint", ...which, ...words],
    environment: {
      ...callers,
      ...environment,
      PATH: `${searchPath.join(":")}:${path}`,
      CRIU_CONFIG_FILE: config,
    },
    deadline: longest,
  });
  const doing = isRestore ? "restoring" : "saving";
  awaitWithProgress(
    running,
    (time) => `${doing} ${name}: ${size(sizeOfImages(directory))}, ${duration(time)}`,
  );
  const { status } = running.wait();
  if (status === 0) return undefined;
  const criuLog = `${images}/${isRestore ? "restore" : "dump"}.log`;
  const said = errorsIn(criuLog) || lastOf(tail(log), 3);
  return `${said || `lxc-checkpoint ended with status ${status}`} (${criuLog}, ${log})`;
}

/** What went wrong first: the rest follows from it. */
function errorsIn(log: string): string {
  const lines = tail(log).split("\n");
  const errors = lines.filter((line) => /\bError\b/.test(line) && !harmless.test(line));
  return errors
    .slice(0, 2)
    .map((line) => line.replace(/^\([\d.]+\)\s*/, ""))
    .join("; ");
}

/** Errors that CRIU goes on after. */
const harmless = /RLIMIT_NOFILE|cgroupd: recv/;

function lastOf(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join("; ");
}

function tail(path: string): string {
  try {
    return system.readTail(path, 64 * 1024);
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}

/** How many bytes CRIU has written. */
export function sizeOfImages(directory: string): number {
  const images = imagesOf(directory);
  const sizes = (system.listDirectory(images) ?? []).map(
    (name) => system.status(`${images}/${name}`)?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

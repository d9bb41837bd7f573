import { parseAddress } from "../../lib/ip/address.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { splitShellWords } from "../hook/shell-words.ts";

/** Another host, and how its `lxc-cni` is called. */
export interface RemoteHost {
  /** As ssh takes it: `other`, `root@192.0.2.7`. */
  readonly name: string;
  /** The program that runs commands there, and its first words: `ssh`, `-p`, `2222`. */
  readonly shell: readonly string[];
  /** The same as rsync takes it. */
  readonly shellLine: string;
  /** Its calls share a connection, which is to be closed at the end. */
  readonly isShared: boolean;
  /** How lxc-cni is called there; a shell reads it. */
  readonly program: string;
  /** Become root there by sudo. */
  readonly isSudo: boolean;
}

/** Whether a word of the command line is a directory: it has a `/` in it, as no host's name has. */
export function isDirectoryWord(word: string): boolean {
  return word.includes("/");
}

/**
 * A host by its name. Nothing else reaches ssh, so that none of it is taken for an option or for a part of a command.
 *
 * @throws UsageError where it is no `HOST` or `USER@HOST`
 */
export function parseHostName(word: string): string {
  const [, host = ""] = /^(?:\w[\w.+-]*@)?(.+)$/.exec(word) ?? [];
  if (/^\w[\w.-]*$/.test(host) || parseAddress(host) !== undefined) return word;
  throw new UsageError(
    `"${word}" is no host: HOST or USER@HOST, as ssh has it; a directory has a / in it, as ./DIR`,
  );
}

/** Where rsync copies to there. */
export function rsyncDestination({ name }: RemoteHost): string {
  const at = name.lastIndexOf("@") + 1;
  const host = name.slice(at);
  return `${name.slice(0, at)}${host.includes(":") ? `[${host}]` : host}:/`;
}

/** Where there is what need not outlive a boot. */
export const runDirectory = "/run/lxc-cni";

/**
 * The calls of a move share a connection: the container waits for two of them. Without a word for 45 seconds, it counts
 * as broken.
 */
const usualShell = [
  ...["ssh", "-o", "ControlMaster=auto", "-o", `ControlPath=${runDirectory}/ssh-%C`],
  ...["-o", "ControlPersist=60", "-o", "ServerAliveInterval=15"],
];

/**
 * How commands are run on other hosts.
 *
 * @param line What `--rsh` or LXC_CNI_RSH says of it; undefined for ssh.
 * @throws UsageError where it says nothing
 */
export function shellOf(line: string | undefined): Pick<RemoteHost, "shell" | "shellLine" | "isShared"> {
  const shell = line === undefined ? usualShell : splitShellWords(line);
  if (shell.length === 0) throw new UsageError("--rsh must name a program");
  return { shell, shellLine: line ?? shell.join(" "), isShared: line === undefined };
}

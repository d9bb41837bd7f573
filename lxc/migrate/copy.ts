import { system } from "#system";
import { requireProgram, runProgram } from "./programs.ts";
import { type RemoteHost, rsyncDestination, runDirectory } from "./target.ts";

/** What rsync ends with where files have vanished that it was about to copy. */
const vanished = 24;

/**
 * How files are copied: all of what they are, holes included, those that are gone here gone there, too. Times are compared
 * to the nanosecond: to a second, as rsync has it, a file that was changed twice within one would be as it was.
 */
const manner = [
  ...["-aHAXS", "--numeric-ids", "--delete", "--inplace", "--modify-window=-1"],
  // The paths, whatever is in them, are nobody's to take apart; the directories above them are the other host's own.
  ...["-s", "--relative", "--no-implied-dirs"],
  // Seconds without a word: a host that is gone closes no connection.
  "--timeout=60",
  // Errors there come in the order of all else: by ssh's other channel, rsync may be gone before they do.
  ...["--stderr=client", "--no-human-readable"],
];

/**
 * Copies directories to the same places on another host.
 *
 * @param isInUse Whether files may change and vanish meanwhile.
 * @returns how many bytes went over.
 * @throws CniError 106 where that fails
 */
export function copyTo(remote: RemoteHost, directories: readonly string[], isInUse: boolean): number {
  const { shellLine, isSudo } = remote;
  const words = [
    ...manner,
    `--rsh=${shellLine}`,
    ...(isSudo ? ["--rsync-path=sudo -n rsync"] : []),
    ...directories.map((path) => `/.${path}`),
    rsyncDestination(remote),
  ];
  const accepted = isInUse ? [0, vanished] : [0];
  requireProgram("rsync");
  const text = system.isTerminal("errors")
    ? copyVisibly(words, accepted)
    : runProgram("rsync", ["--info=stats1", ...words], accepted).output;
  return Number(/\bsent (\d+) bytes/.exec(text)?.[1] ?? 0);
}

/** Has rsync show on the terminal how far it is. @returns what it logs */
function copyVisibly(words: readonly string[], accepted: readonly number[]): string {
  const log = `${runDirectory}/rsync-${system.pid}.log`;
  const visibly = ["--info=progress2", `--log-file=${log}`, "--log-file-format=", ...words];
  system.makeDirectory(runDirectory, 0o755);
  try {
    runProgram("sh", ["-c", 'exec rsync "$@" > "$0"', `/proc/${system.pid}/fd/2`, ...visibly], accepted);
    return system.readText(log);
  } finally {
    system.removeFile(log);
  }
}

/**
 * Has the kernel write all that is dirty of a directory's file system: a file that is mapped gets a new time of
 * modification when a page of it is changed that has been written.
 */
export function writeBack(directory: string): void {
  runProgram("sync", ["--file-system", directory]);
}

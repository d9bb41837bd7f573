/**
 * Looks whether a directory's time of modification tells that the directory was changed.
 *
 * Its arguments: an empty directory, the path of a file to write, and milliseconds. It prints, as JSON, in how many
 * rounds a change left the time as it was: one that came at once; one that came when the clock was so many milliseconds
 * past the time; one that came when a file that was written then had a time so many milliseconds past it; one that came
 * at once, after the directory was marked. And in how many rounds the time was of whole seconds.
 */

import { system } from "#system";
import { isSameMark, markDirectory, readMark } from "../../../ipam/host-local/directory-mark.ts";

const rounds = 100;

/** In a millisecond. */
const nanoseconds = 1_000_000n;

system.run(() => {
  const [directory = "", file = "", milliseconds = ""] = system.arguments();
  const distance = BigInt(milliseconds) * nanoseconds;
  const counts = { rounds, atOnce: 0, byClock: 0, byFile: 0, byMark: 0, wholeSeconds: 0 };
  for (let round = 0; round < rounds; round++) {
    if (!shows(directory, () => true)) counts.atOnce++;
    if (modified(directory) % (1000n * nanoseconds) === 0n) counts.wholeSeconds++;
    if (!shows(directory, (time) => clock() - time >= distance)) counts.byClock++;
    if (!shows(directory, (time) => writtenNow(file) - time >= distance)) counts.byFile++;
    if (!showsBehindMark(directory)) counts.byMark++;
  }
  system.writeStandardOutput(JSON.stringify(counts));
  return 0;
});

/** Changes a directory, waits until `past` says so of its time, and tells whether another change shows in that. */
function shows(directory: string, past: (time: bigint) => boolean): boolean {
  system.createFile(`${directory}/first`, "", 0o644);
  const time = modified(directory);
  while (!past(time));
  system.removeFile(`${directory}/first`);
  return modified(directory) !== time;
}

/** Changes a directory, marks it, and tells whether another change shows that comes at once. */
function showsBehindMark(directory: string): boolean {
  system.createFile(`${directory}/first`, "", 0o644);
  const mark = markDirectory(directory);
  if (mark === undefined || !isSameMark(mark, readMark(directory))) return false;
  system.removeFile(`${directory}/first`);
  return !isSameMark(mark, readMark(directory));
}

function clock(): bigint {
  return BigInt(system.now()) * nanoseconds;
}

/** The time that a file gets when it is written now. */
function writtenNow(file: string): bigint {
  system.replaceFile(file, "", 0o644);
  return modified(file);
}

function modified(path: string): bigint {
  return system.status(path)?.modified ?? 0n;
}

import { system } from "#system";

/** What tells whether something was made or removed in a directory since it was marked. */
export interface DirectoryMark {
  readonly device: number;
  readonly inode: number;
  /** The time of its last modification and of its last change, in nanoseconds since 1970. */
  readonly modified: bigint;
  readonly changed: bigint;
}

const nanosecondsPerSecond = 1_000_000_000n;

/**
 * Marks a directory: sets its time of modification to a whole second that has passed already.
 *
 * The kernel sets both times to the same value when something is made or removed in the directory. So whatever happens
 * after the mark shows: the two times, which differ now, do not then. That needs no clock, and does not depend on how
 * fine the times are that a file system keeps: many kernels give a second change within the same tick, up to 10 ms, the
 * same time as the first one.
 *
 * @param last The mark before, where something may still be believed by it: the new one is another one. Two in one tick
 *   have the same time of change.
 * @returns undefined where the file system does not keep such a mark.
 * @throws SystemError where it may not be set.
 */
export function markDirectory(directory: string, last?: DirectoryMark): DirectoryMark | undefined {
  const before = readMark(directory);
  if (before === undefined) return undefined;
  system.setModified(directory, Number(markingSecond(before, last)));
  const mark = readMark(directory);
  return mark !== undefined && mark.modified < mark.changed ? mark : undefined;
}

/** The whole second of a mark, since 1970: within the second of the last mark, an earlier one than that has. */
function markingSecond({ changed }: DirectoryMark, last: DirectoryMark | undefined): bigint {
  const second = changed / nanosecondsPerSecond - 1n;
  if (last === undefined || last.changed / nanosecondsPerSecond <= second) return second;
  const lastSecond = last.modified / nanosecondsPerSecond;
  return lastSecond <= second ? lastSecond - 1n : second;
}

/** What a directory shows now; undefined where there is none. */
export function readMark(directory: string): DirectoryMark | undefined {
  return system.status(directory);
}

/** Whether a directory that had one mark and has the other is the same one, with nothing made or removed in it. */
export function isSameMark(one: DirectoryMark, other: DirectoryMark | undefined): boolean {
  return (
    one.device === other?.device &&
    one.inode === other.inode &&
    one.modified === other.modified &&
    one.changed === other.changed
  );
}

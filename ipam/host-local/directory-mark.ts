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

/** How long ago the time of a mark is, in seconds: twelve days. */
const mostSecondsAgo = 2 ** 20;

/**
 * Marks a directory: sets its time of modification to a whole second that has passed already, some days ago at most.
 *
 * The kernel sets both times to the same value when something is made or removed in the directory. So whatever happens
 * after the mark shows: the two times, which differ now, do not then. That needs no clock, and does not depend on how
 * fine the times are that a file system keeps: many kernels give a second change within the same tick, up to 10 ms, the
 * same time as the first one.
 *
 * Which second is left to chance. Otherwise two marks within a tick would be the same one, and whoever keeps an index of
 * its own (another path leads to the directory, or /var/lib/lxc-cni is not the same) would not see the other's changes.
 *
 * @param last The mark before, where something may still be believed by it: the new one is another one in any case.
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

/** A whole second in the past, since 1970, that is not the last mark's. */
function markingSecond({ changed }: DirectoryMark, last: DirectoryMark | undefined): bigint {
  const [high = 0, middle = 0, low = 0] = system.random(3);
  const secondsAgo = 1 + (((high << 16) | (middle << 8) | low) % mostSecondsAgo);
  const second = changed / nanosecondsPerSecond - BigInt(secondsAgo);
  return second * nanosecondsPerSecond === last?.modified ? second - 1n : second;
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

import { isSystemError } from "./error.ts";
import type { Durability, FileOwner, FileStatus } from "./system.ts";
import { type FileCalls, replaceFile } from "./whole-file.ts";

/** The calls that {@linkcode replaceWithin} is made of besides, as both hosts have them. */
export interface WithinCalls extends FileCalls {
  /** Opens a directory only to name what is in it (O_PATH). */
  openRoot(path: string): number;
  /** The same, unless a symbolic link is in its place (O_NOFOLLOW). */
  openDirectory(path: string): number;
  /** Opens whatever is there, a symbolic link too, only to look at it (O_PATH, O_NOFOLLOW). */
  openToLook(path: string): number;
  status(path: string): FileStatus | undefined;
  readText(path: string): string;
  changeMode(descriptor: number, mode: number): void;
  /** Who this process is. */
  identity(): Identity;
  /** Takes on another identity, and with root's its rights. */
  become(identity: Identity): void;
}

/** What the rights of a process to files depend on: its effective user and group, and its supplementary groups. */
export interface Identity {
  readonly userId: number;
  readonly groupId: number;
  readonly otherGroups: readonly number[];
}

/**
 * {@linkcode System.replaceWithin}.
 *
 * All names are looked up in directories that are open, one at a time: /proc/self/fd/N/NAME, which is what openat(2)
 * is to hosts that have only open(2).
 */
export function replaceWithin(
  calls: WithinCalls,
  root: string,
  path: string,
  text: string,
  owner: FileOwner,
  durability?: Durability,
): "replaced" | "same" | "own" {
  const names = path.split("/");
  const name = names.pop() ?? "";
  const descriptor = openDirectory(calls, root, names);
  try {
    const directory = `/proc/self/fd/${descriptor}`;
    if (isSame(calls.status(directory), calls.status(`/${names.join("/")}`))) return "own";
    if (holds(calls, descriptor, `${directory}/${name}`, text)) return "same";
    replaceAs(calls, `${directory}/${name}`, text, owner, durability);
    return "replaced";
  } finally {
    calls.close(descriptor);
  }
}

function openDirectory(calls: WithinCalls, root: string, names: readonly string[]): number {
  let descriptor = calls.openRoot(root);
  for (const name of names) {
    const above = descriptor;
    try {
      descriptor = calls.openDirectory(`/proc/self/fd/${above}/${name}`);
    } finally {
      calls.close(above);
    }
  }
  return descriptor;
}

function isSame(a: FileStatus | undefined, b: FileStatus | undefined): boolean {
  return a !== undefined && b !== undefined && a.device === b.device && a.inode === b.inode;
}

/** Whether a regular file is there that holds just `text`. @throws SystemError EBUSY where something is mounted there */
function holds(calls: WithinCalls, directory: number, path: string, text: string): boolean {
  const descriptor = openIfThere(calls, path);
  if (descriptor === undefined) return false;
  try {
    // The kernel refuses to rename over a mount only in the namespace of the mount; in others, it takes the mount away.
    if (mountOf(calls, descriptor) !== mountOf(calls, directory)) throw mounted(path);
    const found = `/proc/self/fd/${descriptor}`;
    const status = calls.status(found);
    // A unit of a text takes up to three bytes; what is longer need not be read.
    if (status?.kind !== "file" || status.size > 3 * text.length) return false;
    return calls.readText(found) === text;
  } finally {
    calls.close(descriptor);
  }
}

function openIfThere(calls: WithinCalls, path: string): number | undefined {
  try {
    return calls.openToLook(path);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The id of the mount that something was opened by (proc_pid_fdinfo(5)). */
function mountOf(calls: WithinCalls, descriptor: number): string | undefined {
  return /^mnt_id:\s*(\d+)$/m.exec(calls.readText(`/proc/self/fdinfo/${descriptor}`))?.[1];
}

function mounted(path: string): Error {
  const message = `EBUSY: resource busy or locked, rename '${path}'`;
  return Object.assign(new Error(message), { errno: -16, code: "EBUSY", syscall: "rename", path });
}

/**
 * Replaces the file as its owner to be. So it is theirs without chown(2), even where the mount maps ids and does not know
 * ours, and no right of root's is there to be made use of, nor one of root's groups.
 */
function replaceAs(
  calls: WithinCalls,
  path: string,
  text: string,
  { mode, ...owner }: FileOwner,
  durability?: Durability,
): void {
  const self = calls.identity();
  const write = (descriptor: number, content: string) => {
    calls.changeMode(descriptor, mode);
    calls.write(descriptor, content);
  };
  const isSelf = self.userId === owner.userId && self.groupId === owner.groupId;
  try {
    if (!isSelf) calls.become({ ...owner, otherGroups: [] });
    replaceFile({ ...calls, write }, path, text, mode, durability);
  } finally {
    if (!isSelf) calls.become(self);
  }
}

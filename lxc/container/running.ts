import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { encodeUtf8 } from "../../lib/encoding/utf8.ts";
import type { Container } from "./containers.ts";
import { readIncarnation } from "./incarnation.ts";
import { isRunning, type ProcessIdentity, processOf } from "./process.ts";

/** The names of the abstract sockets (unix(7)) of our network namespace, each with `@` in place of its first byte. */
export type AbstractSockets = ReadonlySet<string>;

/** Reads them; for questions about many containers, once. */
export function readAbstractSockets(): AbstractSockets {
  const paths = system
    .readText("/proc/net/unix")
    .split("\n")
    // Num, RefCount, Protocol, Flags, Type, St, Inode; a name may have blanks in it.
    .map((line) => /^(?:\S+ +){7}(@.*)$/.exec(line)?.[1]);
  return new Set(paths.filter((path) => path !== undefined));
}

/**
 * Whether LXC runs a container, is starting it or is stopping it: then its monitor has a socket for commands.
 *
 * LXC is not asked, and need not answer.
 */
export function isContainerRunning(
  container: Pick<Container, "name" | "lxcPath">,
  sockets = readAbstractSockets(),
): boolean {
  return sockets.has(commandSocketOf(container));
}

/** A socket's address holds 108 bytes, of which LXC keeps one for the first zero and one for a last. */
const longest = 108 - 2;

/** The name that LXC gives the socket, by the rules of its lxc_make_abstract_socket_name(). */
export function commandSocketOf({ name, lxcPath }: Pick<Container, "name" | "lxcPath">): string {
  const readable = `${lxcPath}/${name}/command`;
  if (encodeUtf8(readable).length < longest) return `@${readable}`;
  return `@lxc/${fnv1a(encodeUtf8(`${lxcPath}/${name}`))
    .toString(16)
    .padStart(16, "0")}/command`;
}

/** The hash FNV-1a of 64 bits (RFC 9923). */
function fnv1a(bytes: Uint8Array): bigint {
  return bytes.reduce(
    (hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
}

/**
 * The first process of a container; undefined when it does not run.
 *
 * Our own record of its start tells, and for a container that was started without our hook, LXC. In a hook LXC does not
 * answer, so nobody may ask this there.
 */
export function firstProcessOf(container: Container): ProcessIdentity | undefined {
  const recorded = readIncarnation(container.id)?.process;
  if (recorded !== undefined && isRunning(recorded)) return recorded;
  if (!isContainerRunning(container)) return undefined;
  const pid = askLxc(container);
  return pid === undefined ? undefined : processOf(pid);
}

/**
 * Whether a container runs, or starts: its first process lives, or LXC does not tell. One that is ending does not, though its
 * monitor is there until its last hooks are done.
 *
 * LXC is asked, so that nobody may ask this in a hook, or under the container's lock.
 */
export function isAlive(container: Container): boolean {
  try {
    return firstProcessOf(container) !== undefined;
  } catch (error) {
    if (error instanceof CniError) return true;
    throw error;
  }
}

/** @returns undefined where LXC says that it does not run. @throws CniError 3 where LXC does not say anything */
function askLxc({ name, lxcPath }: Container): number | undefined {
  const arguments_ = ["--name", name, "--lxcpath", lxcPath, "--pid", "--no-humanize"];
  const { status, output, errors, late } = system
    .start({ program: "lxc-info", arguments: arguments_, deadline: 10_000 })
    .wait();
  const pid = Number(output.trim());
  if (status === 0) return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  throw new CniError(
    Code.unknownContainer,
    `lxc-info does not tell the first process of ${name}`,
    late ? "it took longer than 10 s" : errors.trim() || `it ended with status ${status}`,
  );
}

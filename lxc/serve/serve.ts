import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { UnixListener, UnixSockets } from "../../lib/system/system.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { requireUnixSockets } from "./meeting-place.ts";
import { serveConnection } from "./serve-connection.ts";

/** How many requests are served at a time, and of one user, where it listens itself (packaging/systemd/lxc-cni.socket). */
const mostConnections = 64;
const mostOfUser = 16;

/**
 * Serves ordinary users: the connection that this process was given, or each one to the socket that it was given, or to
 * one that it makes, until it is told to end.
 *
 * @param path Where to make a socket; undefined where this process is given one.
 * @returns the exit status.
 * @throws CniError 102 where somebody serves there, 130 for another user than root, 132 where there are no such sockets;
 *   SystemError where none can be made.
 */
export function serve(path: string | undefined): number {
  if (system.userId !== 0) throw new CniError(Code.notAllowed, "the service for ordinary users is root's");
  const sockets = requireUnixSockets();
  const given = path === undefined ? sockets.inherited() : undefined;
  if (given?.kind === "connection") serveConnection(given);
  else if (given !== undefined) serveEach(given, () => {});
  else if (path !== undefined) serveEach(listenAt(sockets, path), () => system.removeFile(path));
  else throw new UsageError("serve is started by lxc-cni.socket; --socket PATH has it listen by itself");
  return 0;
}

function serveEach(listener: UnixListener, end: () => void): void {
  const connection = listener.acceptEach(mostConnections, mostOfUser);
  if (connection === undefined) end();
  else serveConnection(connection);
}

/** Listens, also in place of a socket that a killed service has left. */
function listenAt(sockets: UnixSockets, path: string): UnixListener {
  const directory = path.slice(0, path.lastIndexOf("/"));
  if (directory !== "") system.makeDirectory(directory, 0o755);
  if (isServed(sockets, path)) throw new CniError(Code.alreadyAttached, `${path} is served already`);
  return sockets.listen(path, 0o666);
}

function isServed(sockets: UnixSockets, path: string): boolean {
  try {
    sockets.connect(path, 1_000).close();
    return true;
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ECONNREFUSED")) return false;
    throw error;
  }
}

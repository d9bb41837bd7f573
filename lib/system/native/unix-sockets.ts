import * as host from "lxc-cni:host";
import { encodeHex } from "../../encoding/hex.ts";
import type { PassedDescriptor, UnixConnection, UnixListener, UnixSockets } from "../system.ts";
import { temporaryPrefix } from "../system.ts";
import { closeOnce } from "./close-once.ts";

/** {@linkcode UnixSockets} by native/unix.c and unix-messages.c. */
export const unixSockets: UnixSockets = {
  inherited,
  listen,
  connect: (path, patience) => connection(host.unixConnect(path, patience)),
};

/** The first descriptor that is passed on (SD_LISTEN_FDS_START). */
const firstInherited = 3;

function inherited(): UnixListener | UnixConnection | undefined {
  const { LISTEN_PID, LISTEN_FDS } = host.environment();
  if (LISTEN_PID !== String(host.getpid()) || LISTEN_FDS !== "1") return undefined;
  return host.adoptSocket(firstInherited) ? listener(firstInherited) : connection(firstInherited);
}

/** It is put in its place when it listens: whoever finds it can connect. */
function listen(path: string, mode: number): UnixListener {
  const directory = path.slice(0, path.lastIndexOf("/") + 1);
  const temporary = `${directory}${temporaryPrefix}${encodeHex(host.random(8))}`;
  const made = listener(host.unixListen(temporary, mode));
  try {
    host.rename(temporary, path);
    return made;
  } catch (error) {
    made.close();
    host.unlink(temporary);
    throw error;
  }
}

function listener(descriptor: number): UnixListener {
  const close = closeOnce(descriptor);
  return {
    kind: "listener",
    acceptEach(limit, userLimit) {
      const accepted = host.acceptEach(descriptor, limit, userLimit);
      return accepted === undefined ? undefined : connection(accepted);
    },
    close: () => close(),
  };
}

function connection(descriptor: number): UnixConnection {
  const close = closeOnce(descriptor);
  return {
    kind: "connection",
    peer() {
      const { uid, gid, groups } = host.peerOf(descriptor);
      return { userId: uid, groupIds: [gid, ...groups] };
    },
    send: (text, netns) => host.sendMessage(descriptor, text, netns?.descriptor),
    receive(limit, patience) {
      const message = host.receiveMessage(descriptor, limit, patience);
      return message && { text: message.text, descriptors: message.descriptors.map(passed) };
    },
    close: () => close(),
  };
}

function passed(descriptor: number): PassedDescriptor {
  const close = () => closing();
  const closing = closeOnce(descriptor);
  return {
    asNetns() {
      const { identity, owner } = host.examineNetns(descriptor);
      return { descriptor, path: `/proc/${host.getpid()}/fd/${descriptor}`, identity, owner, close };
    },
    close,
  };
}

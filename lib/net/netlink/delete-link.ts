import { system } from "#system";
import { isSystemError } from "../../system/error.ts";
import type { NetlinkSocket } from "../../system/system.ts";
import { message } from "./compose.ts";
import { NetlinkError, throwIfRefused } from "./connection.ts";
import { Nlmsg, Rtm } from "./constants.ts";
import { linkHeader } from "./link-header.ts";
import { Flag, joined } from "./message.ts";
import { parseMessages } from "./parse-messages.ts";

/** How long to wait for the kernel, in milliseconds. */
const patience = 10_000;

/** The numbers of the two messages that are sent. */
const beginning = 1;
const deletion = 2;

/**
 * Deletes a link of our own namespace, and returns as soon as nobody can see it any more.
 *
 * The kernel is not done then: for some 20 ms more it waits for whoever may still look at the link (rcu_barrier() in
 * netdev_run_todo()), and answers after that. A process aside sits it out.
 *
 * @param index The link's; its name could be another one's by the time that a late request is read.
 * @param isGone Looks whether the link is gone. It is to ask the kernel, which answers questions about links only
 *   between changes of links.
 * @throws NetlinkError where the kernel refuses it.
 */
export function deleteLinkByIndex(index: number, isGone: () => boolean): void {
  const socket = system.openNetlink();
  if (socket === undefined)
    throw new Error("there is a netlink socket for one question, but none for the next");
  try {
    sendAside(socket, requestOf(index));
    // From now on the request is in line, before any question of ours.
    if (!isAcknowledged(socket, beginning, patience)) throw new NetlinkError(0, "the kernel did not answer");
    const end = system.monotonic() + patience;
    // One look is enough, unless the kernel let somebody overtake.
    while (!isGone() && !isAcknowledged(socket, deletion, 1)) {
      if (system.monotonic() > end) throw new NetlinkError(0, "the kernel did not answer");
    }
  } finally {
    socket.close();
  }
}

/** A message that asks for nothing, whose acknowledgement tells that the kernel has begun to read, and the deletion. */
function requestOf(index: number): Uint8Array {
  const flags = Flag.request | Flag.ack;
  return joined([
    message(Nlmsg.noop, flags, beginning, new Uint8Array(0), []),
    message(Rtm.delLink, flags, deletion, linkHeader(0, index), []),
  ]);
}

function sendAside(socket: NetlinkSocket, datagram: Uint8Array): void {
  try {
    socket.sendAside(datagram);
  } catch (error) {
    // Where there can be no other process, this one has the time. The kernel refuses what it has done already.
    if (!isSystemError(error)) throw error;
    socket.send(datagram);
  }
}

/** Whether the kernel acknowledges a message in time. @throws NetlinkError where it refuses it */
function isAcknowledged(socket: NetlinkSocket, sequence: number, milliseconds: number): boolean {
  const datagram = socket.receive(milliseconds);
  const answers = datagram === undefined ? [] : parseMessages(datagram);
  for (const answer of answers) throwIfRefused(answer);
  return answers.some((answer) => answer.sequence === sequence);
}

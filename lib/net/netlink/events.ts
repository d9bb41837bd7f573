import { system } from "#system";
import { isSystemError } from "../../system/error.ts";
import type { NetlinkSocket, Netns } from "../../system/system.ts";
import { RtmGroup } from "./constants.ts";

/** Whatever happens to links and their addresses. The kernel tells of an IPv6 address before it makes its route. */
const groups = RtmGroup.link | RtmGroup.ipv4Address | RtmGroup.ipv6Address | RtmGroup.ipv6Route;

/**
 * Waits until `look` says that it is so; it looks at once, and whenever a link or an address of a namespace has changed.
 *
 * @param netns Our own namespace when absent.
 * @param patience How long to wait, in milliseconds.
 * @returns whether it became so.
 */
export function waitForEvents(look: () => boolean, netns: Netns | undefined, patience: number): boolean {
  // Mostly it is so already, and a socket would be in vain.
  if (look()) return true;
  const end = system.monotonic() + patience;
  const events = system.openNetlink(netns, groups);
  if (events === undefined) throw new Error("there is a netlink socket for questions, but none for events");
  try {
    do {
      // First of all once more: what happened before the socket was there, it does not tell.
      if (look()) return true;
    } while (hasChanged(events, end - system.monotonic()));
    return false;
  } finally {
    events.close();
  }
}

/** Waits for an event, and takes all that came until then, since one look tells of all of them. */
function hasChanged(events: NetlinkSocket, patience: number): boolean {
  if (patience <= 0) return false;
  try {
    if (events.receive(patience) === undefined) return false;
    while (events.receive(0) !== undefined);
    return true;
  } catch (error) {
    // There were more events than the socket holds, and some were lost: something did change.
    if (isSystemError(error, "ENOBUFS")) return true;
    throw error;
  }
}

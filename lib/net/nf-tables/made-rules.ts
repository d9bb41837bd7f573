import { system } from "#system";
import { encodeUtf8 } from "../../encoding/utf8.ts";
import { isSystemError } from "../../system/error.ts";
import type { NetlinkSocket } from "../../system/system.ts";
import { messagesWith } from "../netlink/messages-with.ts";
import { parseMessages } from "../netlink/parse-messages.ts";
import { eventGroup, Nft } from "./constants.ts";
import { isNetlinkWanted } from "./nf-tables.ts";
import type { KernelChain } from "./place.ts";
import { parseRule } from "./rule.ts";

/** What the kernel tells of rules that are being made, by whomever. */
export interface MadeRules {
  /**
   * The handles of those that were made in a chain until now, and have a text in them: a name or a comment. None of them
   * need be there any more, and where the kernel had too much to tell, or nobody may listen to it, some are missing.
   */
  handles(text: string, chain: KernelChain): number[];

  close(): void;
}

/** Listens to what the kernel tells from now on. A look at the rules afterwards would take longer than making one. */
export function listenForRules(): MadeRules {
  const socket = openForEvents();
  return {
    handles: (text, chain) => (socket === undefined ? [] : handlesIn(socket, encodeUtf8(text), chain)),
    close: () => socket?.close(),
  };
}

function openForEvents(): NetlinkSocket | undefined {
  if (!isNetlinkWanted()) return undefined;
  try {
    return system.openNetfilter(eventGroup);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function handlesIn(socket: NetlinkSocket, text: Uint8Array, chain: KernelChain): number[] {
  const handles: number[] = [];
  try {
    for (;;) {
      const events = socket.receive(0);
      if (events === undefined) return handles;
      for (const event of messagesWith(text, events).flatMap(parseMessages)) {
        if (event.type !== Nft.newRule) continue;
        handles.push(...parseRule(event, chain).map(({ handle }) => handle));
      }
    }
  } catch (error) {
    // More happened than the socket holds.
    if (isSystemError(error)) return handles;
    throw error;
  }
}

import { dumpInterrupted, Nlmsg } from "./constants.ts";
import { align, headerLength } from "./message.ts";

/**
 * Those messages of a datagram that have certain bytes in them, and those that tell how a request or a dump went, which
 * nobody can do without. In native executables, native/messages.c takes this function's place.
 */
export function messagesWith(wanted: Uint8Array, datagram: Uint8Array): Uint8Array[] {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at + headerLength <= datagram.length; ) {
    const length = view.getUint32(at, true);
    if (length < headerLength || at + length > datagram.length) break;
    const message = datagram.subarray(at, at + length);
    const type = view.getUint16(at + 4, true);
    const isNotice = type === Nlmsg.done || type === Nlmsg.error;
    const isInterrupted = (view.getUint16(at + 6, true) & dumpInterrupted) !== 0;
    if (isNotice || isInterrupted || hasWithin(message, wanted)) messages.push(message);
    at += align(length);
  }
  return messages;
}

function hasWithin(bytes: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}

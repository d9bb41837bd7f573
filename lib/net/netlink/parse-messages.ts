import { uint16At, uint32At } from "./attributes.ts";
import { align, headerLength } from "./message.ts";
import type { Message } from "./parse.ts";

/**
 * The messages of a datagram. A length that does not fit ends the reading. In native executables, native/messages.c takes
 * this function's place.
 */
export function parseMessages(datagram: Uint8Array): Message[] {
  const messages: Message[] = [];
  for (let offset = 0; offset + headerLength <= datagram.length; ) {
    const length = uint32At(datagram, offset);
    if (length < headerLength || offset + length > datagram.length) break;
    messages.push({
      type: uint16At(datagram, offset + 4),
      flags: uint16At(datagram, offset + 6),
      sequence: uint32At(datagram, offset + 8),
      body: datagram.subarray(offset + headerLength, offset + length),
    });
    offset += align(length);
  }
  return messages;
}

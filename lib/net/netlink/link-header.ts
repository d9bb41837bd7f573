import { setUint32 } from "./message.ts";

/** The bytes of struct ifinfomsg (rtnetlink(7)). */
export const linkHeaderLength = 16;

/**
 * struct ifinfomsg, which says what link a message is about.
 *
 * @param raise The flags (IFF_) that are to be set.
 * @param index The link's; 0 where an attribute names it, or all are meant.
 * @param family AF_BRIDGE for what a link is as a port of a bridge; 0 otherwise.
 */
export function linkHeader(raise = 0, index = 0, family = 0): Uint8Array {
  const header = new Uint8Array(linkHeaderLength);
  header[0] = family;
  if (index !== 0) setUint32(header, 4, index);
  if (raise !== 0) {
    setUint32(header, 8, raise);
    setUint32(header, 12, raise);
  }
  return header;
}

import { decodeUtf8 } from "../../encoding/utf8.ts";

/** The text before the first zero in bytes; undefined where there is none. */
export function textBeforeZero(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return end < 0 ? undefined : decodeUtf8(bytes, 0, end);
}

/** The same; undefined where anything but zeros is behind it. */
export function zeroEnded(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return end >= 0 && isZeroFrom(bytes, end) ? decodeUtf8(bytes, 0, end) : undefined;
}

/** Whether all bytes from a place on are 0. (A loop, since an interpreter takes far longer for calls.) */
export function isZeroFrom(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] !== 0) return false;
  }
  return true;
}

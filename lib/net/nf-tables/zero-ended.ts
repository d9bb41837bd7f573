import { decodeUtf8 } from "../../encoding/utf8.ts";

/** The text before the first zero in bytes; undefined where there is none. */
export function textBeforeZero(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  if (end < 0) return undefined;
  const text = bytes.subarray(0, end);
  // Nearly all of it is ASCII, which is read in one go.
  return text.every((byte) => byte < 0x80) ? String.fromCharCode(...text) : decodeUtf8(text);
}

/** The same; undefined where anything but zeros is behind it. */
export function zeroEnded(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return bytes.subarray(end).every((byte) => byte === 0) ? textBeforeZero(bytes) : undefined;
}

import { decodeUtf8 } from "../../encoding/utf8.ts";

/** The text before the first zero in bytes; undefined where there is none. */
export function textBeforeZero(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return end < 0 ? undefined : decodeUtf8(bytes, 0, end);
}

/** The same; undefined where anything but zeros is behind it. */
export function zeroEnded(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return bytes.subarray(end).every((byte) => byte === 0) ? textBeforeZero(bytes) : undefined;
}

/** What stands for anything that is no character (U+FFFD). */
const replacement = 0xfffd;

/**
 * The UTF-8 bytes of a text.
 *
 * Half of a surrogate pair becomes U+FFFD, as `TextEncoder` does it.
 */
export function encodeUtf8(text: string): Uint8Array {
  return encodeAscii(text) ?? encodeAny(text);
}

/** What most texts are, in a third of the time. */
function encodeAscii(text: string): Uint8Array | undefined {
  const { length } = text;
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return undefined;
    bytes[index] = unit;
  }
  return bytes;
}

function encodeAny(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? replacement;
    pushCharacter(bytes, isSurrogate(point) ? replacement : point);
  }
  return Uint8Array.from(bytes);
}

function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point <= 0xdfff;
}

/** Appends one character in one to four bytes (RFC 3629, section 3). */
function pushCharacter(bytes: number[], point: number): void {
  if (point < 0x80) {
    bytes.push(point);
  } else if (point < 0x800) {
    bytes.push(0xc0 | (point >> 6), tail(point));
  } else if (point < 0x10000) {
    bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
  } else {
    bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
}

/** A byte that continues a character: its lowest six bits. */
function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

/**
 * The text of UTF-8 bytes.
 *
 * Every maximal piece that is no UTF-8 becomes one U+FFFD, as `TextDecoder` does it (WHATWG Encoding, "UTF-8
 * decoder"). A byte order mark is a character like others and stays.
 *
 * @param start Where the text begins in `bytes`.
 * @param end Where it ends.
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const part = bytes.subarray(start, end);
  let text = "";
  let position = 0;
  while (position < part.length) {
    const { point, length } = readCharacter(part, position);
    text += String.fromCodePoint(point);
    position += length;
  }
  return text;
}

/** The character at `position`, or U+FFFD, and how many bytes it takes. */
function readCharacter(bytes: Uint8Array, position: number): { point: number; length: number } {
  const first = bytes[position] ?? 0;
  if (first < 0x80) return { point: first, length: 1 };

  const expected = lengthAnnouncedBy(first);
  let point = first & (0x7f >> expected);
  for (let length = 1; length < expected; length++) {
    const next = bytes[position + length];
    if (next === undefined || !mayFollow(first, next, length)) return { point: replacement, length };
    point = (point << 6) | (next & 0x3f);
  }
  return expected === 1 ? { point: replacement, length: 1 } : { point, length: expected };
}

/** How many bytes the character that starts with `first` takes; 1 when no character starts so. */
function lengthAnnouncedBy(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 1;
}

/** Whether `byte` may stand `index` bytes behind `first` (Unicode, table 3-7, "Well-Formed UTF-8 Byte Sequences"). */
function mayFollow(first: number, byte: number, index: number): boolean {
  if (byte < 0x80 || byte > 0xbf) return false;
  if (index > 1) return true;
  // The second byte alone tells overlong forms, surrogates and what lies beyond U+10FFFF.
  if (first === 0xe0) return byte >= 0xa0;
  if (first === 0xed) return byte <= 0x9f;
  if (first === 0xf0) return byte >= 0x90;
  if (first === 0xf4) return byte <= 0x8f;
  return true;
}

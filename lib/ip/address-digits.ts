/**
 * Reads the text of an address into hexadecimal digits: 8 of IPv4, 32 of IPv6, of which IPv4-mapped ones are not told
 * apart. What is an address is what Go's `net.ParseIP` takes for one: an IPv4 octet has no leading zeros, `::` stands for
 * one group at least, and there are no zones.
 *
 * In native executables, native/addresses.c takes this function's place.
 *
 * @returns `undefined` when `text` is no address.
 */
export function addressDigits(text: string): string | undefined {
  return text.includes(":") ? digitsOfGroups(text) : digitsOfOctets(text);
}

/** The digits of four decimal octets. */
function digitsOfOctets(text: string): string | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  let digits = "";
  for (const octet of octets) {
    const number = Number(octet);
    // Only what is written as the number itself is: no leading zeros, no signs, nothing else that is a number, too.
    if (!(number >= 0 && number <= 255) || String(number) !== octet) return undefined;
    digits += number.toString(16).padStart(2, "0");
  }
  return digits;
}

/** The digits of groups of up to four (RFC 4291, section 2.2). */
function digitsOfGroups(text: string): string | undefined {
  const plain = withoutDottedTail(text) ?? "";
  const gap = plain.indexOf("::");
  if (gap < 0) {
    const digits = digitsOfList(plain);
    return digits?.length === 32 ? digits : undefined;
  }
  const before = gap === 0 ? "" : digitsOfList(plain.slice(0, gap));
  const after = gap + 2 === plain.length ? "" : digitsOfList(plain.slice(gap + 2));
  if (before === undefined || after === undefined) return undefined;
  const missing = 32 - before.length - after.length;
  return missing > 0 ? before + "0".repeat(missing) + after : undefined;
}

/** The text with an IPv4 address at its end written as two groups; `undefined` when what looks like one is none. */
function withoutDottedTail(text: string): string | undefined {
  if (!text.includes(".")) return text;
  const start = text.lastIndexOf(":") + 1;
  const digits = digitsOfOctets(text.slice(start));
  return digits && `${text.slice(0, start)}${digits.slice(0, 4)}:${digits.slice(4)}`;
}

const groupList = /^[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4})*$/;

/** The digits of some groups, four of each. */
function digitsOfList(text: string): string | undefined {
  if (!groupList.test(text)) return undefined;
  let digits = "";
  for (const group of text.split(":")) digits += group.toLowerCase().padStart(4, "0");
  return digits;
}

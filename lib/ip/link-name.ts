import { encodeUtf8 } from "../encoding/utf8.ts";

/** The name of a network interface that the kernel would accept. */
export type LinkName = string & { readonly __brand: "LinkName" };

/** The longest name of an interface, in bytes (IFNAMSIZ without the final zero). */
const longest = 15;

/**
 * Checks the name of an interface by the rules of the kernel (dev_valid_name) and of CNI.
 *
 * @returns why `text` is no such name, or `undefined` when it is one.
 */
export function whyNoLinkName(text: string): string | undefined {
  if (text === "") return "interface name is empty";
  if (encodeUtf8(text).length > longest) return "interface name is too long";
  if (text === "." || text === "..") return "interface name is . or ..";
  // The kernel refuses `/`, `:` and white space; `all` and `default` would be taken for every interface by /proc/sys.
  if (/[/:\s\u0085]/u.test(text)) return "interface name contains / or : or whitespace characters";
  // The kernel takes it for a place to put a number into: `eth%d` becomes `eth0`.
  if (text.includes("%")) return "interface name contains %";
  // What bytes that are no UTF-8 are read as.
  if (text.includes("\ufffd")) return "interface name contains bytes that are no UTF-8";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f]/u.test(text)) return "interface name contains control characters";
  if (text === "all" || text === "default") return `interface name ${text} is reserved by the kernel`;
  return undefined;
}

/** The name of an interface; `undefined` when `text` is none. */
export function parseLinkName(text: string): LinkName | undefined {
  return whyNoLinkName(text) === undefined ? (text as LinkName) : undefined;
}

import { CniError, Code } from "../../cni/error.ts";

/**
 * Commands as input of `ip -batch` or `bridge -batch`.
 *
 * @throws CniError 7 for a word that the format cannot say.
 */
export function batch(commands: readonly (readonly string[])[]): string {
  return commands.map((words) => `${words.map(quote).join(" ")}\n`).join("");
}

/**
 * A word of a batch line. iproute2 takes what stands between quotation marks of either kind as one word, but knows no
 * escapes, and cuts a line at `#` even there.
 */
function quote(word: string): string {
  if (/^[A-Za-z0-9_.:@/+-]+$/.test(word)) return word;
  const mark = [`"`, "'"].find((each) => !word.includes(each));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (mark !== undefined && !/[#\u0000-\u001f]/.test(word)) return `${mark}${word}${mark}`;
  throw new CniError(
    Code.invalidConfiguration,
    `${JSON.stringify(word)} cannot be passed to ip -batch`,
    "rename it, or use the netlink backend, which takes every name",
  );
}

import { system } from "#system";
import { isSystemError } from "../../../lib/system/error.ts";

/**
 * Prints one line about what `look` returns or throws.
 *
 * What differs from run to run is not printed: the names of temporary files, and `hidden`.
 */
export function observe(
  name: string,
  look: () => unknown,
  hidden: Readonly<Record<string, string>> = {},
): void {
  let line: string;
  try {
    line = show(look());
  } catch (error) {
    line = `throws ${showError(error)}`;
  }
  line = line.replace(/\.lxc-cni-[0-9a-f]{16}/g, ".lxc-cni-TEMPORARY");
  for (const [text, label] of Object.entries(hidden)) line = line.replaceAll(text, label);
  system.writeStandardOutput(`${name}: ${line}\n`);
}

function show(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  const replacer = (_: string, part: unknown) =>
    part === undefined ? "undefined" : typeof part === "bigint" ? `${part}n` : part;
  return escapeNonAscii(JSON.stringify(value, replacer));
}

function showError(error: unknown): string {
  // What engines say about a wrong argument is their own affair.
  if (error instanceof TypeError) return "TypeError";
  if (!isSystemError(error)) return String(error);
  const { code, syscall, path } = error;
  const number = "errno" in error ? error.errno : undefined;
  return `${error.name}: ${escapeNonAscii(error.message)} | ${show({ code, number, syscall, path })}`;
}

/** So that a difference in text is seen as such, whatever a terminal makes of it. */
function escapeNonAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u{${unit.charCodeAt(0).toString(16)}}`);
}

/**
 * The words that a shell makes of a simple command (POSIX, "Shell Command Language", 2.2 "Quoting").
 *
 * Quotes and backslashes are understood; nothing is expanded.
 */
export function splitShellWords(line: string): string[] {
  const words = line.match(/(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^ \t\n'"\\])+/gs) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, unquoted));
}

function unquoted(_: string, single?: string, double?: string, escaped?: string): string {
  // In double quotes, a backslash stands for itself but before these.
  return single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? escaped ?? "";
}

/**
 * A word as a shell takes it for exactly that word.
 *
 * By backslashes: LXC would take away quotes at both ends of a line.
 *
 * @param word Has no line ends in it.
 */
export function quoteShellWord(word: string): string {
  return word === "" ? "''" : word.replace(/[^\w.,:=@%+/\u0080-\uffff-]/g, "\\$&");
}

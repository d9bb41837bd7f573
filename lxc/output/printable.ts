/**
 * A text in one line, for a terminal: control characters, which could do more than be seen there, as `\x1b`, all but the
 * colours that {@linkcode styled} gives.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is those that are sought.
  return text.replace(/\x1b\[(?:[012]|3[123])m|[\x00-\x1f\x7f-\x9f]/g, (found) =>
    found.length > 1 ? found : `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

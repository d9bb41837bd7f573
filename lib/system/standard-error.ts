import { isSystemError } from "./error.ts";

/** What may still be written to standard error, in characters; undefined where there is no limit. */
let limit: { readonly each: number; left: number } | undefined;

/** {@linkcode System.limitStandardError} */
export function limitStandardError(each: number, total: number): void {
  limit = { each, left: total };
}

/** {@linkcode System.writeStandardError}. @param write Writes all of a text there */
export function writeStandardError(text: string, write: (text: string) => void): void {
  try {
    write(withinLimit(text));
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** As much of a text as may be written: of one that is too long, its end, which mostly says why. */
function withinLimit(text: string): string {
  if (limit === undefined) return text;
  const room = Math.min(limit.each, limit.left);
  if (text.length <= room) {
    limit.left -= text.length;
    return text;
  }
  limit.left -= room;
  const note = `[${text.length - room} characters left out]\n`;
  return room === 0 ? "" : `${note}${text.slice(text.length - room)}`;
}

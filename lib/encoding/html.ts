/**
 * JSON with the characters escaped that mean something in HTML or end a line of JavaScript, as Go's encoding/json does it:
 * `<`, `>`, `&`, U+2028 and U+2029.
 *
 * In native executables, native/text.c takes this function's place.
 */
export function escapeHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

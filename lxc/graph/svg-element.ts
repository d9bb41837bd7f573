/** An element of SVG. @param children Elements, or text that {@linkcode escaped} has seen */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return children.length === 0
    ? `<${name}${words.join("")}/>`
    : `<${name}${words.join("")}>${children.join("")}</${name}>`;
}

/** A text, where all of it is content: nothing in it means anything to XML 1.0, and what that has no characters for is gone. */
export function escaped(content: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is those that are sought.
  const allowed = content.replace(/[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]/gu, "\ufffd");
  return allowed
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A line of text that has so many characters' room; all of it shows where the mouse points at it. */
export function line(
  content: string,
  room: number,
  attributes: Readonly<Record<string, string | number>>,
): string {
  const characters = [...content];
  if (characters.length <= room) return element("text", attributes, [escaped(content)]);
  const short = `${characters.slice(0, room - 1).join("")}…`;
  return element("text", attributes, [element("title", {}, [escaped(content)]), escaped(short)]);
}

// Text as troff takes it: groff_man(7).

/** A word or a sentence; what means something to troff means itself. */
export function escaped(text) {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("`", "\\(ga")
    .replaceAll("'", "\\(aq")
    .replace(/\P{ASCII}/gu, (character) => `\\[u${codePoint(character)}]`);
}

function codePoint(character) {
  return character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
}

/** A text as a sentence of its own. */
export function sentence(text) {
  const whole = text.replace(/^\*?[a-z]/, (first) => first.toUpperCase());
  return /[.:]$/.test(whole) ? whole : `${whole}.`;
}

/** A line of text: one that begins with a dot would be a request. */
export function line(text) {
  return text.startsWith(".") ? `\\&${text}` : text;
}

/** An argument of a request. */
export function argument(text) {
  return `"${escaped(text).replaceAll('"', "\\(dq")}"`;
}

/**
 * The first lines of a page.
 *
 * @param {{ name: string, section: number, date: string, version: string, does: string }} page
 */
export function head({ name, section, date, version, does }) {
  return `.TH ${argument(name.toUpperCase())} ${section} ${argument(date)} ${argument(`lxc-cni ${version}`)} ${argument("lxc-cni")}
.SH NAME
${escaped(name)} \\- ${escaped(does)}
`;
}

/** Lines that stay as they are. */
export function literal(lines) {
  return `.PP\n.in +4n\n.EX\n${lines.map((each) => line(escaped(each))).join("\n")}\n.EE\n.in\n`;
}

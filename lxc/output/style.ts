import { system } from "#system";

/** How a word may stand out: what it means, not how it looks. */
export type Emphasis = "good" | "bad" | "doubtful" | "heading" | "quiet";

/** SGR parameters (ECMA-48, 8.3.117): green, red, yellow, bold, faint. */
const parameters: Readonly<Record<Emphasis, number>> = {
  good: 32,
  bad: 31,
  doubtful: 33,
  heading: 1,
  quiet: 2,
};

/**
 * The text, in a colour where standard output is a terminal and nobody objects (https://no-color.org: NO_COLOR set, and
 * not empty).
 */
export function styled(text: string, emphasis: Emphasis): string {
  return isColourful() ? `\x1b[${parameters[emphasis]}m${text}\x1b[0m` : text;
}

/** The text without colours, as wide as it shows. */
export function withoutStyle(text: string): string {
  return text
    .split("\x1b[")
    .map((part, index) => (index === 0 ? part : part.slice(part.indexOf("m") + 1)))
    .join("");
}

function isColourful(): boolean {
  const { NO_COLOR: objection = "", TERM: terminal } = system.environment();
  return objection === "" && terminal !== "dumb" && system.isTerminal("output");
}

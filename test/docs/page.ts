import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The project's root. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/**
 * Commands of a page that a reader is to run: a code block that begins with ```sh. Behind it may stand
 *
 * - `not-run: REASON`: no test runs it, for that reason;
 * - `as: USER`: that user of the host runs it, not root;
 * - `at: HOST`: it is run on another host, by that name;
 * - `fails`: its last command ends with a status other than 0.
 */
export interface Commands {
  readonly text: string;
  /** Where the block begins in the page, counted from 1. */
  readonly line: number;
  /** The heading that it is below. */
  readonly heading: string;
  readonly notRun: string | undefined;
  readonly user: string | undefined;
  readonly place: string | undefined;
  readonly fails: boolean;
  /** What the page says that they print: the block that follows, which begins with ```console. */
  readonly output: string | undefined;
}

/**
 * The commands of a page, in order.
 *
 * @param page Its path in the project.
 * @throws Error where it has a block of no known kind.
 */
export function commandsOf(page: string): Commands[] {
  const text = readFileSync(`${root}/${page}`, "utf8");
  const blocks = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: info = "", 2: body = "", index }) => ({
      info,
      body,
      line: text.slice(0, index).split("\n").length,
      heading: [...text.slice(0, index).matchAll(/^##+ (.*)$/gm)].at(-1)?.[1] ?? "",
    }),
  );
  return blocks.flatMap(({ info, body, line, heading }, at) => {
    const [, language, word = "", value = ""] =
      /^(\S*)(?: (not-run|as|at|fails)(?:: (\S.*))?)?$/.exec(info) ?? [];
    if (language === "console" && blocks[at - 1]?.info.startsWith("sh") !== true)
      throw new Error(`${page}:${line}: no commands print this`);
    if (language === undefined || !["sh", "console", "json", "ini"].includes(language))
      throw new Error(`${page}:${line}: \`\`\`${info} is no known kind of block`);
    if (language !== "sh") return [];
    const next = blocks[at + 1];
    return {
      text: body,
      line,
      heading,
      notRun: word === "not-run" ? value : undefined,
      user: word === "as" ? value : undefined,
      place: word === "at" ? value : undefined,
      fails: word === "fails",
      output: next?.info === "console" ? next.body : undefined,
    };
  });
}

import type { Command, Described, Option } from "./command.ts";
import { parameterInWords } from "./parse-words.ts";

/** How long a line of help may be, but for examples. */
const longest = 100;

/** What `lxc-cni --help` prints: every command in one line. */
export function helpOfAll(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `usage: lxc-cni COMMAND [WORD...]

${lines.join("\n")}

lxc-cni COMMAND --help says more of one of them, with examples.
Exit status: 0 when it did what it was asked for, 1 when that failed or something was found wrong, 2 when the command
line was not understood.
`;
}

/** What `lxc-cni COMMAND --help` prints. */
export function helpOf(command: Described): string {
  const sections = [
    `${usageOf(command)}\n\n${paragraphs(command.description)}\n`,
    optionsInWords(Object.entries(command.options)),
    examplesInWords(command),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

/** A text whose paragraphs are laid out anew; those with lines that begin with a blank stay as they are. */
function paragraphs(text: string): string {
  const parts = text.trim().split(/\n{2,}/);
  return parts.map((part) => (/^ /m.test(part) ? part : wrapped(part, longest).join("\n"))).join("\n\n");
}

/** The words of a text in lines of a width. */
function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? "";
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width || line === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The first line of a command's help: how it is called. */
export function usageOf({ name, parameters, options }: Described): string {
  const words = [
    ...(Object.keys(options).length === 0 ? [] : ["[OPTION...]"]),
    ...parameters.map(parameterInWords),
  ];
  return ["usage: lxc-cni", name, ...words].join(" ");
}

function optionsInWords(options: readonly [string, Option][]): string {
  if (options.length === 0) return "";
  const shown = options.map(([name, option]) => [
    `${option.short === undefined ? "" : `-${option.short}, `}--${name}${option.kind === "flag" ? "" : ` ${option.value}`}`,
    option.kind === "list" ? `${option.does} (may be repeated)` : option.does,
  ]);
  const width = Math.max(...shown.map(([left = ""]) => left.length));
  const lines = shown.map(([left = "", right = ""]) => {
    const [first, ...more] = wrapped(right, longest - width - 4);
    return [`  ${left.padEnd(width)}  ${first}`, ...more.map((line) => " ".repeat(width + 4) + line)].join(
      "\n",
    );
  });
  return `options:\n${lines.join("\n")}\n`;
}

function examplesInWords({ examples }: Described): string {
  const lines = examples.map(({ line, does }) => `  ${line}\n      ${does}`);
  return `examples:\n${lines.join("\n")}\n`;
}

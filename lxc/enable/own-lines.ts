import { CniError, Code } from "../../lib/cni/error.ts";

/** The first of the lines that are ours in a container's configuration (docs/formats.md). */
const begin = '# lxc-cni begin: "lxc-cni enable" wrote these lines, "lxc-cni disable" removes them';

/** What it ends with where the line before it had no end, which it must have now. */
const withoutEnd = " (and the end of the line above)";

/** The last of them. */
const end = "# lxc-cni end";

/** A configuration, taken apart into what is ours and what is not. */
export interface OwnLines {
  /** What is not, byte for byte. */
  readonly rest: string;
  /** What is, without markers and line ends; undefined where nothing is. */
  readonly own: readonly string[] | undefined;
}

/**
 * Tells our lines in a configuration from the others.
 *
 * @throws CniError 7 where it is not clear which ones they are, since a marker is missing.
 */
export function splitOwnLines(text: string): OwnLines {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const rest: string[] = [];
  const own: string[] = [];
  let opened: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (/^# lxc-cni begin\b/.test(line)) {
      if (opened !== undefined) throw unclear(opened, "has no end");
      opened = index;
    } else if (line.trimEnd() === end) {
      if (opened === undefined) throw unclear(index, "has no begin");
      if (index === lines.length - 1 && lines[opened]?.trimEnd().endsWith(withoutEnd)) {
        rest.push((rest.pop() ?? "").replace(/\n$/, ""));
      }
      opened = undefined;
    } else if (opened === undefined) rest.push(line);
    else own.push(line.trimEnd());
  }
  if (opened !== undefined) throw unclear(opened, "has no end");
  return { rest: rest.join(""), own: rest.length < lines.length ? own : undefined };
}

/**
 * A configuration with our lines at its end, where nothing that follows clears them.
 *
 * @param rest A configuration without any.
 * @param lines Without line ends.
 */
export function withOwnLines(rest: string, lines: readonly string[]): string {
  const isEnded = rest === "" || rest.endsWith("\n");
  const first = isEnded ? begin : `\n${begin}${withoutEnd}`;
  return `${rest}${[first, ...lines, end].join("\n")}\n`;
}

function unclear(index: number, problem: string): CniError {
  return new CniError(
    Code.invalidConfiguration,
    `the marker of lxc-cni in line ${index + 1} ${problem}`,
    `the lines of lxc-cni stand between "# lxc-cni begin..." and "${end}"; remove what is left of them by hand`,
  );
}

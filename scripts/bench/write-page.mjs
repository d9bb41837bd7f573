import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawFigure } from "./plot/figure.mjs";
import { formatMarkdown } from "./table.mjs";

const directory = fileURLToPath(new URL("../../docs/benchmarks", import.meta.url));

/**
 * A page of docs/benchmarks: what some contests came to, as a plot and as a table.
 *
 * @typedef {object} Page
 * @property {string} name Of its files.
 * @property {string[]} contests The names of those contests.
 * @property {string} title
 * @property {string} introduction What was measured, in Markdown.
 * @property {(line: import("./lines.mjs").Line) => boolean} [shows] Which lines of its contests it has; all when absent.
 * @property {(lines: import("./lines.mjs").Line[]) => import("./plot/figure.mjs").Figure} figure
 */

/**
 * How it was measured.
 *
 * @typedef {object} Circumstances
 * @property {number} rounds
 * @property {readonly import("./peers.mjs").Peer[]} peers What ours are compared with.
 */

/**
 * Writes a page and its plot.
 *
 * @param {Page} page
 * @param {import("./lines.mjs").Line[]} measured The lines of its contests.
 * @param {Circumstances} circumstances
 * @returns {string[]} The paths of the files.
 */
export function writePage(page, measured, circumstances) {
  mkdirSync(directory, { recursive: true });
  return filesOf(page, measured, circumstances).map(({ name, text }) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  });
}

/**
 * Writes the list of those pages that are there.
 *
 * @param {readonly Page[]} pages
 * @returns {string} The path of the file.
 */
export function writeIndex(pages) {
  const there = pages.filter(({ name }) => existsSync(join(directory, `${name}.md`)));
  const path = join(directory, "README.md");
  const list = there.map(({ name, title }) => `* [${title}](${name}.md)`).join("\n");
  writeFileSync(
    path,
    `# What was measured\n\nBy \`npm run bench -- --write\`, as [bench.md](../bench.md) says.\n\n${list}\n`,
  );
  return path;
}

/**
 * A page and its plot.
 *
 * @param {Page} page
 * @param {import("./lines.mjs").Line[]} measured The lines of its contests.
 * @param {Circumstances} circumstances
 * @returns {{ name: string, text: string }[]}
 */
export function filesOf(page, measured, circumstances) {
  const lines = measured.filter((line) => page.shows?.(line) ?? true);
  const figure = page.figure(lines);
  return [
    { name: `${page.name}.svg`, text: drawFigure(figure) },
    { name: `${page.name}.md`, text: textOf(page, figure, lines, circumstances) },
  ];
}

function textOf({ name, title, introduction }, figure, lines, { rounds, peers }) {
  return `# ${title}

${introduction}

![${figure.title}](${name}.svg)

${formatMarkdown(lines)}

Medians and lower quartiles of ${rounds} rounds, in turn; of fewer where a call takes long, of more where
its time varies.
${peers.map(({ name, description }) => `${name}: ${description}.`).join(" ")}
Measured on ${new Date().toISOString().slice(0, 10)} by \`npm run bench -- --write ${name}\`, as [bench.md](../bench.md) says, on this machine:
${machine()}.
`;
}

/** `2 x Example CPU, 8 GB, Linux 6.18.0`. */
function machine() {
  const processors = cpus();
  const model = processors[0]?.model.trim().replace(/\s+/g, " ") || "unknown processor";
  return `${processors.length} x ${model}, ${Math.round(totalmem() / 1e9)} GB, Linux ${release()}`;
}

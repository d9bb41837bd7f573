import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/**
 * What is to be measured.
 *
 * @typedef {object} Options
 * @property {number} rounds How often each contestant has its turn.
 * @property {(name: string) => boolean} isWanted Whether a contest is to be held.
 * @property {{ name: string, directory: string }[]} plugins More CNI plugins that ours are compared with: what they are
 *   called, and the path of their directory.
 * @property {boolean} write Write the pages of docs/benchmarks whose contests are all held.
 * @property {boolean} help Only say what there is.
 */

/** What the command line can be, the names of the contests excepted. */
export const usage = `usage (as root): npm run bench -- [--rounds ROUNDS] [--plugins [NAME=]DIRECTORY]... [--write] [PATTERN]...

  --rounds ROUNDS   how often each thing is measured; 20 when absent
  --plugins [NAME=]DIRECTORY
                    compare with the CNI plugins there, too; they are called NAME
  --write           write the pages of docs/benchmarks all of whose contests are held
  PATTERN           hold only the contests whose names match one of these regular expressions, or which the page of that
                    name is made of

The contests:`;

/**
 * Reads the command line.
 *
 * @param {string[]} words
 * @param {readonly { name: string, contests: readonly string[] }[]} pages
 * @returns {Options}
 * @throws Error that says what is wrong with it.
 */
export function parseOptions(words, pages) {
  const { values, positionals } = parseArgs({
    args: words,
    options: {
      rounds: { type: "string", default: "20" },
      plugins: { type: "string", multiple: true, default: [] },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is ${values.rounds}, not a count`);
  const patterns = positionals.map((pattern) => new RegExp(pattern));
  const ofPages = pages.filter(({ name }) => positionals.includes(name)).flatMap(({ contests }) => contests);
  const isWanted = (name) =>
    patterns.length === 0 || patterns.some((each) => each.test(name)) || ofPages.includes(name);
  const plugins = values.plugins.map(parsePlugins);
  return { rounds, isWanted, plugins, write: values.write, help: values.help };
}

/** A name has no slash in it, so that it is never taken for the beginning of a path. */
function parsePlugins(word) {
  const [, name, path = word] = /^([^/=]+)=(.+)$/.exec(word) ?? [];
  const directory = resolve(path);
  if (!existsSync(join(directory, "bridge")))
    throw new Error(`--plugins: there is no bridge in ${directory}`);
  return { name: name ?? directory, directory };
}

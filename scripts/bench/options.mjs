import { parseArgs } from "node:util";

/**
 * What is to be measured.
 *
 * @typedef {object} Options
 * @property {number} rounds How often each contestant has its turn.
 * @property {(name: string) => boolean} isWanted Whether a contest is to be held.
 * @property {boolean} write Write the pages of docs/benchmarks whose contests are all held.
 * @property {boolean} help Only say what there is.
 */

/** What the command line can be, the names of the contests excepted. */
export const usage = `usage (as root): npm run bench -- [--rounds ROUNDS] [--write] [PATTERN]...

  --rounds ROUNDS   how often each thing is measured; 20 when absent
  --write           write the pages of docs/benchmarks all of whose contests are held
  PATTERN           hold only the contests whose names match one of these regular expressions

The contests:`;

/**
 * Reads the command line.
 *
 * @param {string[]} words
 * @returns {Options}
 * @throws Error that says what is wrong with it.
 */
export function parseOptions(words) {
  const { values, positionals } = parseArgs({
    args: words,
    options: {
      rounds: { type: "string", default: "20" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is ${values.rounds}, not a count`);
  const patterns = positionals.map((pattern) => new RegExp(pattern));
  const isWanted = (name) => patterns.length === 0 || patterns.some((each) => each.test(name));
  return { rounds, isWanted, write: values.write, help: values.help };
}

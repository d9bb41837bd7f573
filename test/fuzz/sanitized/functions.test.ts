import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildExecutables } from "../../../scripts/build/executables.mjs";
import { printedSeed, randomNumbers } from "../../fixture/seed.ts";
import { beyond, understood } from "../../net/kernel-rules.ts";
import { buildsPrograms, missingToolchain, withDirectory } from "../../system/build.ts";
import { answers } from "./answers.ts";
import { hexOf, keepInput, readCorpus } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { secondsOf, usualSeed } from "./seconds.ts";

const seconds = secondsOf(1 / 4);
const seed = printedSeed("functions of native/", usualSeed);

buildsPrograms();

test.skipIf(missingToolchain !== undefined)(
  `functions: whatever they read, native/ answers as its modules do ${missingToolchain ?? ""}`,
  { timeout: seconds * 1000 + 180_000 },
  () =>
    withDirectory(async (directory) => {
      const program = await buildWatched(directory);
      const random = randomNumbers(seed);
      const known = new Map(names.map((name) => [name, [...seedsOf(name), ...readCorpus(name)]]));
      const blocks = new Set<string>();
      let found = 0;
      const attempt = (inputs: readonly Input[]): void => {
        for (const input of answer(program, directory, inputs, blocks)) {
          found++;
          known.get(input.name)?.push(input.bytes);
          keepInput(input.name, input.bytes);
        }
      };
      attempt([...known].flatMap(([name, inputs]) => inputs.map((bytes) => ({ name, bytes }))));
      const [blocksAtFirst, started] = [blocks.size, performance.now()];
      let executions = 0;
      for (found = 0; performance.now() - started < seconds * 1000; executions += batch) {
        attempt(Array.from({ length: batch }, () => another(known, random)));
      }
      console.log(
        `functions: ${executions} executions in ${Math.round((performance.now() - started) / 1000)} s; ` +
          `${blocks.size} blocks, ${blocks.size - blocksAtFirst} of them new, by ${found} inputs; no finding`,
      );
      expect(executions).toBeGreaterThan(0);
    }),
);

/** What one of the functions reads. */
interface Input {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const names = Object.keys(answers);

/** How many inputs a process gets. */
const batch = 1000;

async function buildWatched(outdir: string): Promise<string> {
  const built = await buildExecutables({
    entries: [{ name: "functions", main: join(import.meta.dirname, "functions-program.ts") }],
    outdir,
    targets: ["bin"],
    sanitize: true,
    tellBlocks: true,
  });
  return built[0]?.path ?? "";
}

/** What a function is tried with first: something, and what the kernel says of rules where it reads these. */
function seedsOf(name: string): Uint8Array[] {
  const anything = Uint8Array.from({ length: 64 }, (_, at) => at * 5);
  if (name !== "statement") return [anything];
  return [...understood, ...beyond].map(({ expressions }) =>
    Uint8Array.from(
      Buffer.from(
        expressions.replace(/00\*(\d+)/g, (_, count) => "00".repeat(Number(count))).replace(/\s/g, ""),
        "hex",
      ),
    ),
  );
}

function another(known: ReadonlyMap<string, readonly Uint8Array[]>, random: () => number): Input {
  // Half of the time, the one that has most to say.
  const name = (random() < 0.5 ? "statement" : names[Math.floor(random() * names.length)]) ?? "";
  const inputs = known.get(name) ?? [];
  return {
    name,
    bytes: mutate(inputs[Math.floor(random() * inputs.length)] ?? new Uint8Array(), random, inputs),
  };
}

/**
 * Has the program answer inputs, and holds its answers against those of the modules.
 *
 * @param blocks Those that were entered before; those that are entered now are added.
 * @returns the inputs that entered others.
 */
function answer(program: string, directory: string, inputs: readonly Input[], blocks: Set<string>): Input[] {
  const file = join(directory, "inputs");
  writeFileSync(
    file,
    Buffer.concat(
      inputs.map(({ name, bytes: { buffer, byteOffset, length } }) =>
        Buffer.concat([
          Uint8Array.of(names.indexOf(name), length & 0xff, length >> 8),
          new Uint8Array(buffer, byteOffset, length),
        ]),
      ),
    ),
  );
  const { stdout, stderr, status } = spawnSync(program, [file], { encoding: "utf8", maxBuffer: 1 << 30 });
  const remarkable: Input[] = [];
  let [number, isNew] = [0, false];
  for (const line of stdout.split("\n").slice(0, -1)) {
    if (line.startsWith("+")) {
      if (!blocks.has(line)) isNew = true;
      blocks.add(line);
      continue;
    }
    const input = inputs[number++];
    if (input === undefined) break;
    expect(line, findingOf(input)).toBe(answers[input.name]?.(input.bytes));
    if (isNew) remarkable.push(input);
    isNew = false;
  }
  const next = inputs[number];
  const ending = `${next === undefined ? "" : findingOf(next)}\n${stderr.slice(0, 4000)}`;
  expect({ status, answered: number }, ending).toEqual({ status: 0, answered: inputs.length });
  return remarkable;
}

/** How to try an input again: as a line of the corpus, which is read first. */
function findingOf({ name, bytes }: Input): string {
  return `for corpus/${name}.hex: ${hexOf(bytes)}`;
}

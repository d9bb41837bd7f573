import fc from "fast-check";
import { describe, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { printedSeed, trialsOf } from "../fixture/seed.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { missing, type Variant, variants } from "../fixture/variants.ts";
import { inputFor, type Story, stories } from "./calls.ts";
import { oddities } from "./protocol.ts";

const seed = printedSeed("calls of the executables");
const runs = trialsOf(200);

for (const variant of variants.filter(({ directory }) => directory.endsWith("/bin"))) {
  describe(`whatever they are called with, the executables [${variant.name}]`, () => {
    test("answer as the protocol wants it, and leave nothing", { timeout: 600_000 }, async ({
      host,
      skip,
    }) => {
      const reason = missing(variant);
      if (reason !== undefined) skip(reason);
      await protectMachine(host);
      const c1 = await host.container("c1");
      const counts = new Map<string, number>();
      let before = await snapshot(host);
      const tell = async (story: Story) => {
        const { problems, endings } = await play(host, variant, story);
        for (const ending of endings) counts.set(ending, (counts.get(ending) ?? 0) + 1);
        const after = await snapshot(host);
        const left = difference(before, after).filter((line) => !mayStayAnywhere.test(line));
        before = after;
        expect([...problems, ...left], problems.join("\n")).toEqual([]);
      };
      await fc.assert(fc.asyncProperty(stories(c1.netns), tell), { seed, numRuns: runs });
      console.log(`${variant.name}, ${runs} stories: ${summaryOf(counts)}`);
    });
  });
}

/** What host-local keeps, in whatever directory. */
const mayStayAnywhere = /^. file .*\/(lock|last_reserved_ip\.\d+) /s;

/** Makes read-only what the host shares with the machine: a plugin may be told to write anywhere. */
async function protectMachine(host: Host): Promise<void> {
  await host.run(["mount", "-o", "remount,bind,ro", "/"]);
  await host.run(["mkdir", "-p", "/mnt/cwd"]);
  await host.run(["mkfifo", "/mnt/fifo"]);
}

/** Makes the calls of a story; then DEL, where one of them made an attachment. */
async function play(host: Host, variant: Variant, { plugin, verbs, environment, input }: Story) {
  const problems: string[] = [];
  const endings: string[] = [];
  let result = "";
  const call = async (verb: string) => {
    const env = { ...variant.environment, CNI_PATH: variant.directory, ...environment, CNI_COMMAND: verb };
    const outcome = await host.attempt(["env", "-C", "/mnt/cwd", `${variant.directory}/${plugin}`], {
      env,
      input: inputFor(verb, input, result),
    });
    problems.push(...oddities(verb, outcome).map((odd) => `${verb}: ${odd}; ${shortened(outcome)}`));
    const code = outcome.status === 0 ? 0 : Number(/"code": (\d+)/.exec(outcome.output)?.[1]);
    endings.push(`${verb} ${code}`);
    return outcome;
  };
  for (const verb of verbs) {
    const { status, output } = await call(verb);
    if (verb === "ADD" && status === 0) result = output;
  }
  if (result !== "") {
    const outcome = await call("DEL");
    if (outcome.status !== 0) problems.push(`DEL of what ADD made: ${shortened(outcome)}`);
  }
  return { problems, endings };
}

function shortened({ status, output, errors }: { status: number; output: string; errors: string }): string {
  return `status ${status}, ${output.slice(0, 500)} ${errors.slice(0, 500)}`;
}

function summaryOf(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort()
    .map(([ending, count]) => `${ending}: ${count}`)
    .join(", ");
}

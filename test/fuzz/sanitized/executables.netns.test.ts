import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { recipe } from "../../bridge/recipe.ts";
import { outputOf } from "../../fixture/command.ts";
import type { Host } from "../../fixture/host.ts";
import { printedSeed } from "../../fixture/seed.ts";
import { test } from "../../fixture/test.ts";
import { missingToolchain, prepareToolchain } from "../../system/build.ts";
import { inputFor, type Story, stories } from "../calls.ts";
import { oddities } from "../protocol.ts";
import { nearly } from "./bytes.ts";
import { commandLines, hookEnvironments } from "./command-lines.ts";
import {
  buildSanitized,
  oddEndings,
  prepareHost,
  run,
  takeReports,
  toBytes,
  watched,
} from "./proving-ground.ts";
import { secondsOf, usualSeed } from "./seconds.ts";

const seconds = secondsOf(1 / 4);
const seed = printedSeed("calls of sanitized executables", usualSeed);
const timeout = seconds * 1000 + 180_000;

describe.skipIf(missingToolchain !== undefined)(`built with sanitizers ${missingToolchain ?? ""}`, () => {
  let outdir = "";
  let directory = "";
  beforeAll(async () => {
    prepareToolchain();
    outdir = mkdtempSync(join(tmpdir(), "lxc-cni-fuzz-"));
    directory = await buildSanitized(outdir);
  }, 300_000);
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  test("plugins: whatever they read, bridge and host-local answer as the protocol wants it", {
    timeout,
  }, async ({ host }) => {
    await prepareHost(host);
    const c1 = await host.container("c1");
    const calls = fc
      .oneof(stories(c1.netns), usualStories(c1.netns))
      .chain(({ plugin, verbs, environment, input }) =>
        fc.record({
          plugin: fc.constant(plugin),
          verbs: fc.constant([...verbs, "DEL"]),
          environment: nearlyAll(environment),
          input: nearly(fc.constant(input)),
        }),
      );
    await tryFor("plugins", host, calls, async ({ plugin, verbs, environment, input }) => {
      let result = "";
      const odd: string[] = [];
      const endings: string[] = [];
      for (const verb of verbs) {
        const own = toBytes({ CNI_PATH: directory, CNI_COMMAND: verb });
        const outcome = await run(host, {
          program: `${directory}/${plugin}`,
          words: [],
          environment: { ...environment, ...own },
          input: Buffer.from(inputFor(verb, Buffer.from(input).toString("latin1"), result), "latin1"),
        });
        odd.push(
          ...oddities(verb, outcome).map((what) => `${verb}: ${what}: ${outcome.output} ${outcome.errors}`),
        );
        endings.push(`${knownVerbs.has(verb) ? verb : "other"} ${outcome.status}`);
        if (verb === "ADD" && outcome.status === 0) result = Buffer.from(outcome.output).toString("latin1");
      }
      return { odd, endings };
    });
  });

  test("lxc-cni: whatever it is told, it says what is wrong", { timeout }, async ({ host }) => {
    await prepareHost(host);
    await prepareNetworks(host);
    const calls = fc.record({
      words: commandLines.chain((words) => fc.tuple(...words.map((word) => nearly(fc.constant(word))))),
      environment: hookEnvironments.chain(nearlyAll),
      input: nearly(fc.constantFrom("", JSON.stringify(recipe))),
    });
    await tryFor("lxc-cni", host, calls, async (call) => {
      const outcome = await run(host, { program: `${directory}/lxc-cni`, ...call });
      return { endings: [`status ${outcome.status}`], odd: oddEndings(outcome, [0, 1, 2]) };
    });
  });

  test("serve: whatever is sent to it, it answers", { timeout }, async ({ host }) => {
    await prepareHost(host);
    await prepareNetworks(host);
    const socket = "/run/lxc-cni/serve.sock";
    const script = '"$@" < /dev/null > /mnt/log 2>&1 & echo $!';
    const served = await host.run(
      ["sh", "-c", script, "sh", `${directory}/lxc-cni`, "serve", "--socket", socket],
      {
        env: watched,
      },
    );
    await expect
      .poll(async () => (await host.attempt(["test", "-S", socket])).status, { timeout: 20_000 })
      .toBe(0);
    const client = join(import.meta.dirname, "frames.py");
    const frames = fc.array(fc.tuple(nearly(requests), fc.constantFrom(0, 0, 1, 1, 1, 2, 8, 9, 40)), {
      minLength: 1,
      maxLength: 20,
    });
    await tryFor("serve", host, frames, async (all) => {
      const words = all
        .filter(([bytes]) => bytes.length > 0)
        .map(([bytes, count]) => `${Buffer.from(bytes).toString("hex")}:${count}`);
      const outcome = await host.attempt(["/usr/bin/python3", client, socket, ...words], {
        deadline: 120_000,
      });
      const answers = outcome.output.split("\n").slice(0, -1);
      const odd = answers.filter(
        (answer) => !/^\{"version":1(,"code":\d{1,2},|,"code":[1-8]\d\d,|\})/.test(answer),
      );
      return {
        endings: answers.map((answer) => `code ${/"code":(\d+)/.exec(answer)?.[1] ?? 0}`),
        odd: [...oddEndings(outcome, [0]), ...odd.map((answer) => `answer ${answer}`)],
      };
    });
    expect(outputOf(await host.attempt(["kill", "-TERM", served]))).toBe("");
  });
});

const knownVerbs = new Set(["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"]);

/** What came of a call: how its processes ended, and what should not be. */
interface Observed {
  readonly endings: readonly string[];
  readonly odd: readonly string[];
}

/** Makes random calls for the time there is. What the sanitizers report is a finding, and what a call finds odd. */
async function tryFor<Call>(
  target: string,
  host: Host,
  calls: fc.Arbitrary<Call>,
  call: (what: Call) => Promise<Observed>,
): Promise<void> {
  const counts = new Map<string, number>();
  let last: Promise<Observed> | undefined;
  const look = ({ odd }: Observed): void => {
    const findings = [...takeReports(host), ...odd];
    expect(findings, findings.join("\n")).toEqual([]);
  };
  const property = fc.asyncProperty(calls, async (what) => {
    last = call(what);
    const observed = await last;
    for (const ending of observed.endings) counts.set(ending, (counts.get(ending) ?? 0) + 1);
    look(observed);
  });
  try {
    await fc.assert(property, { seed, numRuns: 1e6, interruptAfterTimeLimit: seconds * 1000 });
  } finally {
    // It goes on when its time is up.
    await last;
  }
  if (last !== undefined) look(await last);
  const executions = [...counts.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${target}: ${executions} executions in ${Math.round(seconds)} s (${summaryOf(counts)}); no finding`,
  );
}

function summaryOf(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort()
    .map(([ending, count]) => `${ending}: ${count}`)
    .join(", ");
}

function nearlyAll(texts: Readonly<Record<string, string>>): fc.Arbitrary<Record<string, Uint8Array>> {
  return fc.record(
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, nearly(fc.constant(text))])),
  );
}

async function prepareNetworks(host: Host): Promise<void> {
  await host.container("c1");
  await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(recipe));
  await host.write("/etc/lxc-cni/users.conf", "0 simplenet 5\n");
  await host.write("/var/lib/lxc/web/config", "lxc.net.0.type = empty\nlxc.uts.name = web\n");
}

/** Mostly what makes sense, and then something else. */
function mostly<Value>(usual: Value, ...others: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** What a user's hook sends, more or less. */
const requests = fc
  .record({
    version: mostly(1, 2, "1", null),
    event: fc.oneof(mostly("start-host", "mount", 1), fc.constantFrom("stop", "post-stop", "destroy")),
    name: mostly("web", "", "a".repeat(300), "../x", "a\u0000b"),
    lxcPath: mostly("/home/a/lxc", "", "x".repeat(5000), "\u2028"),
    pid: mostly(2, 1, 0, -1, 2 ** 31, 1.5, "2"),
    networks: mostly(["simplenet"], ["simplenet:eth1", "x"], [], Array(17).fill("simplenet"), ["-x"], "x"),
  })
  .map((request) => JSON.stringify(request));

/** The life of a container's attachment, as runtimes have it. */
function usualStories(netns: string): fc.Arbitrary<Story> {
  const environment = {
    CNI_CONTAINERID: "c1",
    CNI_IFNAME: "eth0",
    CNI_NETNS: netns,
    CNI_ARGS: "IgnoreUnknown=1",
  };
  return fc.constant({
    plugin: "bridge",
    verbs: ["ADD", "CHECK"],
    environment,
    input: JSON.stringify(recipe),
  });
}

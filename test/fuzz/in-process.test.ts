import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { asCniError } from "../../lib/cni/error.ts";
import { answer } from "../../lib/cni/plugin.ts";
import { formatResult } from "../../lib/cni/result-format.ts";
import { printedSeed, trialsOf } from "../fixture/seed.ts";
import { inputFor, type Story, stories } from "./calls.ts";
import { pluginDirectory, resetDrySystem, type Trail, trail } from "./dry-system.ts";
import { plugins, runCarriedPlugin } from "./run-plugin.ts";

vi.mock("#system", () => import("./dry-system.ts"));

const seed = printedSeed("calls within this process");

/** How a call ended: 0, or the code of its error. */
interface Ending {
  readonly verb: string;
  readonly code: number;
}

describe("whatever it is called with, a plugin within this process", () => {
  test("fails with an error of the protocol or succeeds, and leaves nothing", { timeout: 120_000 }, () => {
    const counts = new Map<string, number>();
    const runs = trialsOf(5000);
    const tell = fc.property(stories("/run/netns/c1"), (story) => {
      const { endings, cleanup } = play(story);
      for (const { verb, code } of endings)
        counts.set(`${verb} ${code}`, (counts.get(`${verb} ${code}`) ?? 0) + 1);
      expect(endings.filter(({ code }) => code === 999)).toEqual([]);
      expect(cleanup ?? 0, "DEL of what ADD made").toBe(0);
      expect(leftOn(trail())).toEqual([]);
    });
    fc.assert(tell, { seed, numRuns: runs });
    const summary = [...counts].sort().map(([ending, count]) => `${ending}: ${count}`);
    console.log(`${runs} stories: ${summary.join(", ")}`);
  });
});

/** Makes the calls of a story; then DEL, where one of them made an attachment, with the code that this got. */
function play({ plugin: name, verbs, environment, input }: Story): { endings: Ending[]; cleanup?: number } {
  resetDrySystem(runCarriedPlugin);
  const plugin = plugins[name];
  if (plugin === undefined) throw new Error(`there is no plugin ${name}`);
  let added = "";
  const call = (verb: string): number => {
    const given = { CNI_PATH: pluginDirectory, ...environment, CNI_COMMAND: verb };
    try {
      const { result, version } = answer(plugin, { environment: given, input: inputFor(verb, input, added) });
      if (result !== undefined) added = formatResult(result, version);
      return 0;
    } catch (error) {
      return asCniError(error).code;
    }
  };
  const endings = verbs.map((verb) => ({ verb, code: call(verb) }));
  return added === "" ? { endings } : { endings, cleanup: call("DEL") };
}

/** What may not stay after the last DEL: leases, and ports of attachments. */
function leftOn({ files, portAliases }: Trail): string[] {
  const leases = [...files.keys()].filter(
    (path) => !path.startsWith("/proc/") && !/\/(lock|last_reserved_ip\.\d+)$/.test(path),
  );
  return [...leases, ...portAliases.filter((alias) => !alias.startsWith("lxc-cni bridge"))];
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { buildExecutables } from "../../scripts/build/executables.mjs";
import { outputOf } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { missingToolchain } from "../system/build.ts";
import type { Answer, Wish } from "./programs/firewall.ts";

/** The program that does to rules what it is asked for. */
export interface FirewallProgram {
  /** What came of each wish. */
  ask(host: Host, wishes: readonly Wish[]): Promise<Answer[]>;
  /** What came of a wish; and the commands that were started, without their input. */
  watch(host: Host, wish: Wish): Promise<Answer & { readonly commands: readonly string[] }>;
  /** The answers to wishes that are to be granted. @throws Error with the first error */
  grant(host: Host, wishes: readonly Wish[]): Promise<unknown[]>;
}

const targets = ["bin", "js"] as const;

/** Describes a behaviour that the native executables share with the bundles for Node.js, on each. */
export function describeFirewall(behaviour: string, body: (program: FirewallProgram) => void): void {
  const built = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
  const possible = targets.filter((target) => target === "js" || missingToolchain === undefined);
  describe(behaviour, () => {
    beforeAll(async () => {
      const entries = [{ name: "firewall", main: join(import.meta.dirname, "programs/firewall.ts") }];
      await buildExecutables({ entries, outdir: built, targets: possible });
    }, 120_000);
    afterAll(() => rmSync(built, { recursive: true }));

    for (const target of targets) {
      describe(`[${target}]`, () => {
        if (!possible.includes(target)) beforeEach(({ skip }) => skip(missingToolchain));
        body(programAt(join(built, target, "firewall")));
      });
    }
  });
}

function programAt(path: string): FirewallProgram {
  const run = (host: Host, wishes: readonly Wish[], env = {}) =>
    host.attempt([path], { input: JSON.stringify(wishes), env });
  const program: FirewallProgram = {
    ask: async (host, wishes) => JSON.parse(outputOf(await run(host, wishes))),
    watch: async (host, wish) => {
      const outcome = await run(host, [wish], { LXC_CNI_DEBUG: "1" });
      const [answer]: Answer[] = JSON.parse(outputOf(outcome));
      const traced = outcome.errors.matchAll(/^\d+\.\d{3} (.*)$/gm);
      return { ...answer, commands: [...traced].map(([, command = ""]) => command) };
    },
    grant: async (host, wishes) => {
      const answers = await program.ask(host, wishes);
      return answers.map(({ answer, error }, index) => {
        if (error === undefined) return answer;
        throw new Error(`${JSON.stringify(wishes[index])}: ${error.message}; ${error.details}`);
      });
    },
  };
  return program;
}

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
  /** Whether it asks the kernel itself where it can; otherwise all is done by commands. */
  readonly asksKernel: boolean;
  /** What came of each wish. */
  ask(host: Host, wishes: readonly Wish[]): Promise<Answer[]>;
  /** What came of a wish; and the commands that were started, without their input; what the kernel was asked for. */
  watch(host: Host, wish: Wish): Promise<Answer & Watched>;
  /** The answers to wishes that are to be granted. @throws Error with the first error */
  grant(host: Host, wishes: readonly Wish[]): Promise<unknown[]>;
}

/** What could be seen of the granting of a wish. */
export interface Watched {
  readonly commands: readonly string[];
  readonly questions: readonly string[];
}

/** The ways in which the program runs: as a native executable, with and without netlink, and under Node.js. */
const ways = [
  { name: "bin", target: "bin", asksKernel: true },
  { name: "bin, by commands", target: "bin", asksKernel: false },
  { name: "js", target: "js", asksKernel: false },
] as const;

/** Describes what is the case only where the kernel can be asked. */
export function describeKernelFirewall(behaviour: string, body: (program: FirewallProgram) => void): void {
  describeFirewall(
    behaviour,
    body,
    ways.filter(({ asksKernel }) => asksKernel),
  );
}

/** Describes a behaviour that the native executables share with the bundles for Node.js, on each. */
export function describeFirewall(
  behaviour: string,
  body: (program: FirewallProgram) => void,
  among: readonly (typeof ways)[number][] = ways,
): void {
  const built = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
  const possible = missingToolchain === undefined ? (["bin", "js"] as const) : (["js"] as const);
  const isPossible = (target: string) => possible.some((each) => each === target);
  describe(behaviour, () => {
    beforeAll(async () => {
      const entries = [{ name: "firewall", main: join(import.meta.dirname, "programs/firewall.ts") }];
      await buildExecutables({ entries, outdir: built, targets: [...possible] });
    }, 120_000);
    afterAll(() => rmSync(built, { recursive: true }));

    for (const { name, target, asksKernel } of among) {
      describe(`[${name}]`, () => {
        if (!isPossible(target)) beforeEach(({ skip }) => skip(missingToolchain));
        body(programAt(join(built, target, "firewall"), asksKernel));
      });
    }
  });
}

function programAt(path: string, asksKernel: boolean): FirewallProgram {
  const links = asksKernel ? "" : "iproute2";
  const run = (host: Host, wishes: readonly Wish[], env = {}) =>
    host.attempt([path], { input: JSON.stringify(wishes), env: { LXC_CNI_LINKS: links, ...env } });
  const program: FirewallProgram = {
    asksKernel,
    ask: async (host, wishes) => JSON.parse(outputOf(await run(host, wishes))),
    watch: async (host, wish) => {
      const outcome = await run(host, [wish], { LXC_CNI_DEBUG: "1" });
      const [answer]: Answer[] = JSON.parse(outputOf(outcome));
      const traced = [...outcome.errors.matchAll(/^\d+\.\d{3} (.*)$/gm)].map(([, step = ""]) => step);
      const isQuestion = (step: string) => step.startsWith("nf_tables: ");
      return {
        ...answer,
        commands: traced.filter((step) => !isQuestion(step)),
        questions: traced.filter(isQuestion).map((step) => step.slice("nf_tables: ".length)),
      };
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

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Answer, CallOptions } from "../fixture/network.ts";
import type { Variant } from "../fixture/variants.ts";
import { missingToolchain } from "../system/build.ts";
import { buildFaultyPlugins } from "./build.ts";

/** What a fault is; see system.ts. */
export type Kind = "fail" | "late" | "timeout" | "kill";

export const kinds = ["fail", "late", "timeout", "kill"] as const satisfies readonly Kind[];

/** The backends for links, each of which takes other steps. */
const backends: Pick<Variant, "name" | "environment">[] = [
  { name: "netlink", environment: {} },
  { name: "iproute2", environment: { LXC_CNI_LINKS: "iproute2" } },
];

/**
 * Describes a behaviour of plugins that take a fault from the environment, for both backends.
 *
 * @param body Gets what makes the variant, which is there once the tests run, and the name of its backend.
 */
export function describeFaulty(
  behaviour: string,
  body: (variantOf: () => Variant, backend: string) => void,
): void {
  let outdir = "";
  let directory = "";
  beforeAll(async () => {
    if (missingToolchain !== undefined) return;
    outdir = mkdtempSync(join(tmpdir(), "lxc-cni-faults-"));
    directory = await buildFaultyPlugins(outdir);
  }, 120_000);
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  for (const { name, environment } of backends) {
    describe.skipIf(missingToolchain !== undefined)(`${behaviour} [${name}]`, () => {
      body(() => ({ name, directory, environment }), name);
    });
  }
}

/** The options of a call that meets a fault. */
export function faultAt(fault: string): CallOptions {
  return { env: { LXC_CNI_FAULT: fault } };
}

/**
 * The faults of a kind that a call can meet, one at each step; of those that end a command, one for each command.
 *
 * @param call Makes the call, with these options.
 */
export async function faultsOf(
  kind: Kind,
  call: (options: CallOptions) => Promise<Answer>,
): Promise<string[]> {
  const { errors, status, output } = await call(faultAt("count"));
  expect(status, output + errors).toBe(0);
  const steps = Number(/^steps: (\d+)$/m.exec(errors)?.[1]);
  expect(steps).toBeGreaterThan(10);
  const waits = (/^steps that wait: (.*)$/m.exec(errors)?.[1] ?? "").split(" ").filter(Boolean).map(Number);
  const places = kind === "timeout" ? waits : Array.from({ length: steps }, (_, index) => index + 1);
  return places.map((place) => `${kind}:${place}`);
}

/** What a call that met a fault answered, and what was wrong afterwards, in lines. */
export function problemsOf(fault: string, answer: Answer, problems: readonly string[]): string[] {
  // A lease that cannot be read is nobody's to release; the answer says which one.
  const isIgnored = (line: string) => {
    const path = /^\+ file (\S+)/.exec(line)?.[1];
    return path !== undefined && answer.errors.includes(`ignored ${path}:`);
  };
  const left = problems.filter((line) => !isIgnored(line));
  return [...oddities(answer), ...left].map(
    (line) => `${fault} ${(answer.output + answer.errors).slice(0, 300)}: ${line}`,
  );
}

/** Whatever fails, fails as the protocol wants it: status 1 and an error of ours that is no bug. */
function oddities({ status, json, errors }: Answer): string[] {
  if (status === killedStatus || status === 0) return [];
  const code = (json as { code?: unknown } | undefined)?.code;
  return [
    ...(status === 1 ? [] : [`status ${status}`]),
    ...(typeof code === "number" && code !== 999 ? [] : [`code ${code}`]),
    ...(/^ +at /m.test(errors) ? ["a stack trace"] : []),
  ];
}

/** The status of a plugin that SIGKILL ended. */
const killedStatus = 128 + 9;

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findToolchain } from "../../scripts/build/toolchain.mjs";
import { outputOf, runCommand } from "../fixture/command.ts";
import { inherited } from "../fixture/debian-package.ts";
import type { Variant } from "../fixture/variants.ts";
import { buildProgram } from "../system/build.ts";
import type { Kind } from "./machine.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const directory = "/opt/cni/bin";

/** The executables for arm64, as a machine has them. */
export const native: Variant = { name: "arm64", directory, environment: {} };

/** Programs of test/system, and whether their modules are evaluated when they are built. */
const programs = { conformance: false, "native-functions": false, limits: false, evaluated: true } as const;

/** A program of test/system. */
export type Program = keyof typeof programs;

/** Where a program is in a machine. */
export function pathOf(program: Program): string {
  return `/opt/programs/${program}`;
}

/** What tests on arm64 need, built once: what machines hold, and what programs print on this machine. */
export interface Prepared {
  readonly copies: { readonly [path: string]: string };
  printedHere(program: Program, words: readonly string[]): { readonly stdout: string };
}

/** Builds all that. Why it cannot be had, where it cannot. */
export async function prepare(scratch: string): Promise<Prepared | string> {
  const toolchain = findToolchain({ architecture: "arm64" });
  if (toolchain.directory === undefined) return toolchain.reason;
  const executables = join(root, "dist/bin-arm64");
  if (!existsSync(`${executables}/lxc-cni`))
    return `${executables} has not been built (npm run build -- --arch arm64 says why)`;
  const here = new Map<string, string>();
  const copies: Record<string, string> = { [directory]: executables, "/mnt/packages": `${scratch}/packages` };
  for (const [name, evaluated] of Object.entries(programs)) {
    here.set(name, await buildProgram(name, "bin", scratch, evaluated));
    const built = await buildProgram(name, "arm64", scratch, evaluated);
    copies[`/opt/programs/${name}`] = built;
    copies[`/opt/programs/${name}.maker`] = `${built}.maker`;
  }
  await makePackage(`${scratch}/packages`);
  const printedHere = (program: Program, words: readonly string[]) =>
    spawnSync(here.get(program) ?? "", words, { encoding: "utf8" });
  return { copies, printedHere };
}

async function makePackage(out: string): Promise<void> {
  const words = ["--arch", "arm64", "--no-build", "--version", "0.1.0~1", "--out", out];
  const env = {
    ...inherited(),
    ...{ SOURCE_DATE_EPOCH: "1790000000", DEBFULLNAME: "Test", DEBEMAIL: "test@example.org" },
  };
  outputOf(await runCommand([join(root, "scripts/package"), ...words], { env, deadline: 60_000 }));
}

/** The machines for arm64, and how large their kernels' pages are, in KiB. */
export const arm64Machines: readonly { readonly kind: Kind; readonly page: number }[] = [
  { kind: "arm64", page: 4 },
  { kind: "arm64-16k", page: 16 },
];

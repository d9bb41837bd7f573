import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, vi } from "vitest";
import { buildExecutables } from "../../scripts/build/executables.mjs";
import { findToolchain } from "../../scripts/build/toolchain.mjs";

/** The ways in which a program of these tests is built. */
export type Kind = "js" | "bin" | "sanitized" | "arm64";

const toolchain = findToolchain();

/** Why nothing native can be built on this machine; `undefined` when it can. */
export const missingToolchain: string | undefined =
  toolchain.directory === undefined ? toolchain.reason : undefined;

if (missingToolchain !== undefined) console.warn(`native executables are not tested: ${missingToolchain}`);

/** The ways that this machine can build and run. */
export const kinds: readonly Kind[] = missingToolchain === undefined ? ["js", "bin", "sanitized"] : ["js"];

/**
 * Says that the tests of a file build programs: they have the engine made ready, which takes a minute on a machine that
 * has never built it, and as much time as compilers may take on a busy one.
 */
export function buildsPrograms(): void {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });
  beforeAll(prepareToolchain);
}

/** Makes the engine ready. */
export function prepareToolchain(): void {
  if (missingToolchain === undefined) findToolchain({ sanitize: true });
}

/**
 * Builds a program of `test/system/programs`; returns the path of its executable.
 *
 * @param evaluated Whether its modules are evaluated when it is built, as far as that is a native executable.
 */
export async function buildProgram(
  name: string,
  kind: Kind,
  outdir: string,
  evaluated = false,
): Promise<string> {
  const directory = join(outdir, kind);
  mkdirSync(directory, { recursive: true });
  const built = await buildExecutables({
    entries: [{ name, main: join(import.meta.dirname, "programs", `${name}.ts`), evaluated }],
    outdir: directory,
    targets: [kind === "js" ? "js" : "bin"],
    sanitize: kind === "sanitized",
    architecture: kind === "arm64" ? kind : undefined,
    keepMakers: kind === "arm64",
  });
  return built[0]?.path ?? "";
}

/** Runs `use` with a new directory, which is gone afterwards. */
export async function withDirectory<Result>(
  use: (path: string) => Promise<Result> | Result,
): Promise<Result> {
  const path = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
  try {
    return await use(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

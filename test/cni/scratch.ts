import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test as base } from "vitest";

/** A test that gets an empty directory, which is gone afterwards: `test("...", ({ directory }) => { ... })`. */
export const test = base.extend<{ directory: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants to see that it needs no other fixture.
  directory: async ({}, use) => {
    const directory = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
    await use(directory);
    rmSync(directory, { recursive: true, force: true });
  },
});

/** Writes an executable shell script; returns its path. */
export function writeScript(path: string, lines: readonly string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${["#!/bin/sh", ...lines].join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
}

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Inputs that are worth to be tried again: each entered code that none before it did, or was a finding once. A file for
 * each function, an input a line, in hexadecimal digits; `#` begins a comment.
 */
export function readCorpus(name: string): Uint8Array[] {
  const path = pathOf(name);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => Uint8Array.from(Buffer.from(line.trim(), "hex")));
}

/** Adds an input, where LXC_CNI_FUZZ_KEEP=1 asks for it. */
export function keepInput(name: string, bytes: Uint8Array): void {
  if (process.env.LXC_CNI_FUZZ_KEEP === "1") appendFileSync(pathOf(name), `${hexOf(bytes)}\n`);
}

/** As it stands in the corpus. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function pathOf(name: string): string {
  return join(import.meta.dirname, "corpus", `${name}.hex`);
}

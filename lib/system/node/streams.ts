import { readSync, writeSync } from "node:fs";
import { isSystemError } from "../error.ts";
import { sleep } from "./clock.ts";

/** Reads a descriptor from where it stands to its end. Waits for more where it is non-blocking. */
export function readToEnd(descriptor: number): string {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(65536);
    const length = whenReady(() => readSync(descriptor, chunk));
    if (length === 0) return Buffer.concat(chunks).toString();
    chunks.push(chunk.subarray(0, length));
  }
}

/** Writes all of a text, as one write(2) where the kernel takes it whole. */
export function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  do {
    const bytes = rest;
    rest = rest.subarray(whenReady(() => writeSync(descriptor, bytes)));
  } while (rest.length > 0);
}

/** Node offers no poll(2) for this, so it asks again every millisecond. */
function whenReady(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!isSystemError(error, "EAGAIN")) throw error;
      sleep(1);
    }
  }
}

/**
 * Answers each input of a file, a line each: see {@linkcode answers}. An input is the number of its function, in a byte,
 * its length, in two, the lower one first, and its bytes.
 */

import { system } from "#system";
import { answers } from "./answers.ts";

const functions = Object.values(answers);

system.run(() => {
  const file = system.openFile(system.arguments()[0] ?? "");
  for (let at = 0; file !== undefined; ) {
    const header = file.read(at, 3);
    if (header.length < 3) break;
    const [number = 0, low = 0, high = 0] = header;
    const length = low | (high << 8);
    const bytes = file.read(at + 3, length);
    system.writeStandardOutput(`${functions[number]?.(bytes)}\n`);
    at += 3 + length;
  }
  return 0;
});

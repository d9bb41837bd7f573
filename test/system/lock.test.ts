import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { buildProgram, buildsPrograms, kinds, withDirectory } from "./build.ts";

buildsPrograms();

describe.each(kinds)("a lock between processes (%s)", (kind) => {
  test("passes on when its holder is killed", () =>
    withDirectory(async (directory) => {
      const program = await buildProgram("lock", kind, directory);
      const path = join(directory, "lock");

      const holder = locker(program, path, 60_000);
      expect(await holder.line()).toBe("waiting");
      expect(await holder.line()).toBe("locked");

      const impatient = locker(program, path, 50);
      expect(await impatient.line()).toBe("waiting");
      expect(await impatient.line()).toBe("refused");

      const patient = locker(program, path, 60_000);
      expect(await patient.line()).toBe("waiting");
      holder.child.kill("SIGKILL");
      expect(await patient.line()).toBe("locked");

      for (const { child } of [impatient, patient]) {
        child.stdin.end();
        expect(await once(child, "exit")).toEqual([0, null]);
      }
    }));
});

interface Locker {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** The next line that it prints. */
  line(): Promise<string | undefined>;
}

function locker(program: string, path: string, patience: number): Locker {
  const child = spawn(program, [path, String(patience)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

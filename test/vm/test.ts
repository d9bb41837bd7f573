import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test as base, beforeAll, type TestAPI } from "vitest";
import type { Host } from "../fixture/host.ts";
import { makeHost } from "./host.ts";
import { bootDeadline, bootMachine, type Contents, type Machine } from "./machine.ts";

/**
 * A test that gets a host of its own in a virtual machine. The tests of a file share the machine.
 *
 * Where there can be no such machine they are skipped, with the reason.
 *
 * @param contents Tells what the machine holds, or why that cannot be had. What it writes to the directory that it is
 *   given is there until the machine has booted.
 */
export function testInMachine(
  contents: (scratch: string) => Contents | string | Promise<Contents | string>,
): TestAPI<{ host: Host }> {
  let machine: Machine | string;
  beforeAll(async () => {
    const scratch = await mkdtemp(join(tmpdir(), "lxc-cni-test-"));
    try {
      const needed = await contents(scratch);
      machine = typeof needed === "string" ? needed : await bootMachine(needed);
    } finally {
      await rm(scratch, { recursive: true });
    }
  }, bootDeadline);
  afterAll(async () => {
    if (typeof machine === "object") await machine.end();
  });
  return base.extend<{ host: Host }>({
    host: async ({ skip }, use) => {
      if (typeof machine === "string") return skip(machine);
      const host = await makeHost(machine);
      await use(host);
      await host.end();
    },
  });
}

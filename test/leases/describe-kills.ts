import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { compileProgram } from "../fixture/compile.ts";
import { test } from "../fixture/test.ts";
import { missing, variants } from "../fixture/variants.ts";
import { atCallSource } from "../kill/at-call.ts";
import { type KilledVerb, killAtEachCall } from "./kills.ts";
import { states } from "./states.ts";

/** Describes what has to hold when host-local is killed at a system call, at each of them, in every state. */
export function describeKillsAtCalls(verb: KilledVerb): void {
  const plugins = variants.find(({ directory }) => directory.endsWith("/bin"));
  const reason = plugins === undefined ? "LXC_CNI_TEST_PLUGINS is set: this is about ours" : missing(plugins);

  let directory = "";
  let atCall = "";
  beforeAll(() => {
    if (reason !== undefined) return;
    directory = mkdtempSync(join(tmpdir(), "lxc-cni-at-call-"));
    atCall = compileProgram(atCallSource, directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  describe(`${verb} that is killed at any of its system calls`, () => {
    test.for(states)(
      "leaves whole files, and neither loses an address nor gives one twice: $what",
      { timeout: 600_000 },
      async (state, { host, skip }) => {
        if (plugins === undefined || reason !== undefined) return skip(reason);
        const container = await host.container("c1");
        const outcome = await killAtEachCall({ host, container, plugins, atCall, verb, state });
        const { calls, points, killed } = outcome;
        console.log(
          `${verb}, ${state.what}: ${calls} system calls, ${points} points to kill at, ${killed} killed`,
        );
        // A call is not always made: where the address space happens to have room, there is no need to ask for more.
        expect(killed).toBeGreaterThan(0.9 * points);
      },
    );
  });
}

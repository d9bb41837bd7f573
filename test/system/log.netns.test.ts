import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { startSystemLog, withoutSystemLog } from "../fixture/system-log.ts";
import { test } from "../fixture/test.ts";
import { buildProgram, buildsPrograms, kinds } from "./build.ts";

buildsPrograms();

describe.each(kinds)("the system's log (%s)", (kind) => {
  let directory = "";
  let program = "";
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
    program = await buildProgram("log", kind, directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("is told, with severity, program and process", async ({ host }) => {
    const lines = await startSystemLog(host);
    const told = await host.run([program, "something failed; größer", "100 %s"]);
    expect(told).toBe("something failed; größer: undefined\n100 %s: undefined");
    // logger(1) adds the time, as syslog(3) does; where there is none, a log takes that of the arrival.
    const form = (text: string) =>
      new RegExp(`^<27>(\\w{3} [ \\d]\\d [\\d:]{8} )?lxc-cni\\[\\d+\\]: ${text}$`);
    await expect.poll(lines).toHaveLength(2);
    const [first, second] = await lines();
    expect(first).toMatch(form("something failed; größer"));
    expect(second).toMatch(form("100 %s"));
  });

  test("need not be there", async ({ host }) => {
    await withoutSystemLog(host);
    const outcome = await host.attempt([program, "nobody hears this"]);
    expect(outcome).toMatchObject({ status: 0, output: "nobody hears this: undefined\n", errors: "" });
  });
});

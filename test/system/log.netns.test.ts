import { beforeAll, expect } from "vitest";
import { startSystemLog, withoutSystemLog } from "../fixture/system-log.ts";
import { test } from "../fixture/test.ts";
import { buildProgram, kinds, prepareToolchain, withDirectory } from "./build.ts";

beforeAll(prepareToolchain, 300_000);

for (const kind of kinds) {
  test(`the system's log is told, with severity, program and process (${kind})`, async ({ host }) => {
    const lines = await startSystemLog(host);
    const told = await withDirectory(async (directory) =>
      host.run([await buildProgram("log", kind, directory), "something failed; größer", "100 %s"]),
    );
    expect(told).toBe("something failed; größer: undefined\n100 %s: undefined");
    // logger(1) adds the time, as syslog(3) does; where there is none, a log takes that of the arrival.
    const form = (text: string) =>
      new RegExp(`^<27>(\\w{3} [ \\d]\\d [\\d:]{8} )?lxc-cni\\[\\d+\\]: ${text}$`);
    await expect.poll(lines).toHaveLength(2);
    const [first, second] = await lines();
    expect(first).toMatch(form("something failed; größer"));
    expect(second).toMatch(form("100 %s"));
  });

  test(`that there is no log is no error (${kind})`, async ({ host }) => {
    await withoutSystemLog(host);
    const outcome = await withDirectory(async (directory) =>
      host.attempt([await buildProgram("log", kind, directory), "nobody hears this"]),
    );
    expect(outcome).toMatchObject({ status: 0, output: "nobody hears this: undefined\n", errors: "" });
  });
}

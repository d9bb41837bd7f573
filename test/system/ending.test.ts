import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { constants as os, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileProgram } from "../fixture/compile.ts";
import { buildProgram, buildsPrograms, kinds } from "./build.ts";

buildsPrograms();

describe.each(kinds)("a program (%s)", (kind) => {
  let directory = "";
  let program = "";
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
    program = await buildProgram("ending", kind, directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const run = (way: string, ...rest: string[]) => spawnSync(program, [way, ...rest], { encoding: "utf8" });
  const shell = (script: string) => spawnSync("bash", ["-c", script, program], { encoding: "utf8" });

  test("ends with the status that its main function returns", () => {
    expect(run("status", "0").status).toBe(0);
    expect(run("status", "42").status).toBe(42);
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "finishes its work after %s, then tells of it",
    async (signal) => {
      const fifo = join(directory, `fifo-${signal}`);
      spawnSync("mkfifo", [fifo]);
      const writer = openSync(fifo, "r+");
      const child = spawn(program, ["wait", fifo], { stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => child.on("exit", (...end) => resolve(end)));
      await new Promise((resolve) => child.stdout.once("data", resolve));
      child.kill(signal);
      writeSync(writer, "go on\n");
      expect(await ended).toEqual([128 + os.signals[signal], null]);
      closeSync(writer);
    },
  );

  test.for(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "is ended by %s while it waits for its input, and may have been started not to be",
    async (signal, { skip }) => {
      if (kind === "js") skip("Node.js tells a program of signals when its main function is done");
      const start = async (...by: string[]) => {
        const child = spawn("env", [...by, program, "echo"], { stdio: ["pipe", "pipe", "inherit"] });
        const ended = new Promise((resolve) => child.on("exit", (...end) => resolve(end)));
        await new Promise((resolve) => child.stdout.once("data", resolve));
        child.kill(signal);
        return { child, ended };
      };
      expect(await (await start()).ended).toEqual([null, signal]);
      for (const way of ["ignore", "block"]) {
        const { child, ended } = await start(`--${way}-signal=${signal.slice(3)}`);
        child.stdin.end();
        expect(await ended, way).toEqual([way === "block" ? 128 + os.signals[signal] : 0, null]);
      }
    },
  );

  test("may leave it at what it has done when it is asked to end", async ({ skip }) => {
    if (kind === "js") skip("Node.js tells a program of signals when its main function is done");
    const child = spawn(program, ["until"], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.on("exit", (...end) => resolve(end)));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGINT");
    expect(await ended).toEqual([128 + os.signals.SIGINT, null]);
  });

  test("prints what was thrown, and no stack", () => {
    expect(run("throw")).toMatchObject({ status: 1, stdout: "", stderr: "RangeError: thrown in run\n" });
    expect(run("throwText")).toMatchObject({ status: 1, stdout: "", stderr: "a text\n" });
  });

  test("prints the stack for developers", () => {
    const { status, stderr } = spawnSync(program, ["throw"], {
      encoding: "utf8",
      env: { ...process.env, LXC_CNI_DEBUG: "1" },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^RangeError: thrown in run\n {4}at .+:\d+/);
  });

  test("fails when something is thrown outside of its main function, or rejected", () => {
    expect(run("throwOutside")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("thrown outside of run"),
    });
    expect(run("reject")).toMatchObject({ status: 1, stderr: expect.stringContaining("Error: rejected") });
  });

  test("fails when nobody reads its output, and is not killed", () => {
    const { stdout, stderr } = shell('set -o pipefail; "$0" large | true; echo $?');
    expect(stdout).toBe("1\n");
    expect(stderr).toBe("Error: EPIPE: broken pipe, write\n");
  });

  test("does without standard input and error", () => {
    expect(shell('"$0" echo <&-')).toMatchObject({ status: 0, stdout: "ready\n" });
    expect(shell('"$0" complain 2>&-')).toMatchObject({ status: 0, stdout: "" });
    expect(shell('"$0" complain 2>/dev/full')).toMatchObject({ status: 0, stdout: "" });
  });

  test("learns how its commands end, also where who started it ignores the ends of children", () => {
    expect(shell('env --ignore-signal=CHLD "$0" command')).toMatchObject({
      status: 0,
      stdout: "3 done\n",
      stderr: "",
    });
  });

  test.for(["ENOSYS", "EPERM"])(
    "learns how its commands end, also where pidfd_open(2) fails with %s",
    (error, { skip }) => {
      if (kind === "js") skip("Node.js waits for commands in another way");
      const refuse = compileProgram(join(import.meta.dirname, "../fixture/refuse-call.c"), directory);
      const without = (way: string) =>
        spawnSync(refuse, ["pidfd_open", error, program, way], { encoding: "utf8" });
      expect(without("command")).toMatchObject({ status: 0, stdout: "3 done\n", stderr: "" });
      expect(without("late")).toMatchObject({ status: 0, stdout: "false true\n", stderr: "" });
    },
  );

  test("fails where a file may not grow, leaves none behind, and is not killed", () => {
    const made = join(directory, "limited", "file");
    mkdirSync(dirname(made), { recursive: true });
    const limited = spawnSync("prlimit", ["--fsize=100", program, "file", made], { encoding: "utf8" });
    expect(limited).toMatchObject({
      status: 1,
      signal: null,
      stderr: "Error: EFBIG: file too large, write\n",
    });
    expect(readdirSync(dirname(made))).toEqual([]);
  });

  test("waits for standard input that is non-blocking", async () => {
    const fifo = join(directory, "fifo");
    spawnSync("mkfifo", [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, "w");
    // Node makes descriptors 0 to 2 of a child blocking, but not the third.
    const script = 'exec "$0" echo <&3 3<&-';
    const child = spawn("sh", ["-c", script, program], { stdio: ["ignore", "pipe", "inherit", reader] });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    const closed = new Promise((resolve) => child.on("close", resolve));
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    writeSync(writer, "first ");
    writeSync(writer, "second");
    closeSync(writer);
    closeSync(reader);
    expect(await closed).toBe(0);
    expect(output).toBe("ready\nfirst second");
  });
});

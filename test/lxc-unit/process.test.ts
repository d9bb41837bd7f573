import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { isOvertaken } from "../../lxc/container/incarnation.ts";
import { currentBootId, isRunning, type ProcessIdentity, processOf } from "../../lxc/container/process.ts";
import { test as scratch } from "../cni/scratch.ts";

/** A test that gets a process, `sleep` by whatever name it likes. */
const test = scratch.extend<{ sleeper: (name?: string) => Promise<Sleeper> }>({
  sleeper: async ({ directory }, use) => {
    const children: ChildProcess[] = [];
    await use(async (name = "sleep") => {
      copyFileSync("/bin/sleep", `${directory}/${name}`);
      const child = spawn(`${directory}/${name}`, ["infinity"], { stdio: "ignore" });
      children.push(child);
      await once(child, "spawn");
      return { pid: child.pid ?? 0, end: () => end(child) };
    });
    for (const child of children) await end(child);
  },
});

interface Sleeper {
  readonly pid: number;
  end(): Promise<void>;
}

describe("a process", () => {
  test.for(["sleep", "a b", "a) Z 1 (b", ") (", "((", "x) R 1"])(
    "is known by pid, start time and boot, its name %j being no matter",
    async (name, { sleeper }) => {
      const { pid, end } = await sleeper(name);
      const identity = processOf(pid);
      expect(identity).toEqual({ pid, startTime: startTimeOf(pid, name), bootId: bootId() });
      expect(isRunning(identity as ProcessIdentity)).toBe(true);
      await end();
      expect(processOf(pid)).toBeUndefined();
      expect(isRunning(identity as ProcessIdentity)).toBe(false);
    },
  );

  test("is another one when it was started at another time, or in another boot", async ({ sleeper }) => {
    const identity = processOf((await sleeper()).pid) as ProcessIdentity;
    expect(isRunning({ ...identity, startTime: "1" })).toBe(false);
    expect(isRunning({ ...identity, bootId: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d" })).toBe(false);
  });

  test("has ended when it only waits for its parent to notice", async ({ directory }) => {
    // The shell becomes a program that never waits for its child; only then the child is let go.
    copyFileSync("/bin/sleep", `${directory}/deaf`);
    const script = `exec 3<&0; (read -r go <&3) & echo $!; exec ${directory}/deaf infinity`;
    const parent = spawn("sh", ["-c", script], { stdio: ["pipe", "pipe", "ignore"] });
    const [line] = await once(parent.stdout, "data");
    const pid = Number(line);
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("deaf\n");
    parent.stdin.write("go\n");
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toContain(") Z ");
    expect(processOf(pid)).toBeUndefined();
    await end(parent);
  });

  test("that never was is none", () => {
    expect(processOf(2 ** 30)).toBeUndefined();
  });
});

test("the boot id is the kernel's", () => {
  expect(currentBootId()).toBe(bootId());
});

describe("a stop is overtaken", () => {
  const attachments = [{ network: "net", interface: "eth0" }];

  test("by a start of which the process runs", async ({ sleeper }) => {
    const { pid, end } = await sleeper();
    const incarnation = { process: processOf(pid) as ProcessIdentity, attachments };
    expect(isOvertaken(incarnation)).toBe(true);
    await end();
    expect(isOvertaken(incarnation)).toBe(false);
  });

  test("not by a process that got the pid later", async ({ sleeper }) => {
    const { pid } = await sleeper();
    const process = { ...(processOf(pid) as ProcessIdentity), startTime: "1" };
    expect(isOvertaken({ process, attachments })).toBe(false);
  });
});

/** Field 22 of /proc/PID/stat, given that the name is known. */
function startTimeOf(pid: number, name: string): string | undefined {
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(`(${name}) `);
  return rest.split(" ")[22 - 3];
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

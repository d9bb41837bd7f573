import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Answer, readSerialLines } from "./serial-lines.ts";

/** A virtual machine. Its kernel is Debian's, which can do what this machine's own may not. */
export interface Machine {
  /**
   * Runs a line of shell code in it, in which `$nl` is a line end. Any number of them run at once.
   *
   * @param deadline Milliseconds in which it has to end.
   * @throws Error when no answer comes, with what stands on the console.
   */
  run(code: string, deadline: number): Promise<Answer>;

  /**
   * Resets it, as a power cut does, but for what was written before; waits until it is there again. Of a
   * {@linkcode Contents.debian} only.
   */
  reset(): Promise<void>;

  /** Ends it, with everything in it. */
  end(): Promise<void>;
}

/** The kernels and processors that there are machines with (scripts/vm/kernel). */
export type Kind = "amd64" | "arm64" | "arm64-16k";

/** What a machine holds beside the programs that every machine has. */
export interface Contents {
  /** `amd64` when absent. */
  readonly kind?: Kind;
  /** Files and directories of this machine, by the path that they get in there. */
  readonly copies: Readonly<Record<string, string>>;
  /** Files with ext4 file systems, which are /disk/vda, /disk/vdb and so on in there. */
  readonly disks?: readonly string[];
  /** A whole Debian with systemd, AppArmor and LXC, beside what is copied. */
  readonly debian?: boolean;
}

const script = fileURLToPath(new URL("../../scripts/vm/boot", import.meta.url));

/** The status with which the script says that there can be no virtual machine. */
const unavailable = 3;

/** Milliseconds in which a machine has to boot. It takes 5 to 30 seconds, and longer where its disk is made first. */
export const bootDeadline = 240_000;

/**
 * Boots a machine. It ends with this process, however that ends.
 *
 * @returns the machine, or why there can be none here.
 * @throws Error when it does not boot, with what stands on the console.
 */
export async function bootMachine({
  kind = "amd64",
  copies,
  disks = [],
  debian = false,
}: Contents): Promise<Machine | string> {
  const qemu = spawn(script, [
    ...["--arch", kind],
    ...(debian ? ["--debian"] : []),
    ...disks.flatMap((disk) => ["--disk", disk]),
    ...Object.entries(copies).map(([target, source]) => `${source}=${target}`),
  ]);
  const ended = new Promise<void>((resolve) => qemu.once("close", () => resolve()));
  const lines = readSerialLines(qemu);
  // A machine that has ended reads nothing more; whoever expects an answer hears of it.
  qemu.stdin.on("error", () => {});
  const end = () => {
    qemu.kill("SIGKILL");
    return ended;
  };

  try {
    await lines.answer("ready", bootDeadline);
  } catch (error) {
    await end();
    if (qemu.exitCode !== unavailable) throw error;
    return lines.console().trimEnd().split("\n").at(-1) ?? "";
  }
  let requests = 0;
  const run = (code: string, deadline: number) => {
    const name = String(++requests);
    const answer = lines.answer(name, deadline);
    qemu.stdin.write(`${name} ${code}\n`);
    return answer;
  };
  const reset = async () => {
    const answer = lines.answer("ready", bootDeadline);
    qemu.stdin.write("reset sync; echo b > /proc/sysrq-trigger\n");
    await answer;
  };
  return { run, reset, end };
}

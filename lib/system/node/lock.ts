import { spawnSync } from "node:child_process";
import { constants, openSync } from "node:fs";
import { commandEnvironment, programPath } from "../program.ts";
import type { Lock, LockOptions } from "../system.ts";
import { closeOnce } from "./close-once.ts";
import { isExecutable } from "./commands.ts";
import { errorNumberIn, systemError } from "./errors.ts";

/** The exit status by which flock(1) is told to say that others held the lock. */
const heldByOthers = 75;

/**
 * {@linkcode System.lock}: flock(1) locks the open file that it inherits, which stays locked until the last
 * descriptor of it is closed, and that is this process's.
 */
export function lock(path: string, { shared = false, patience, mode }: LockOptions): Lock | undefined {
  const flock = programPath({ program: "flock", arguments: [], deadline: 0 }, isExecutable);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, mode);
  const waiting = patience > 0 ? ["--timeout", String(patience / 1000)] : ["--nonblock"];
  const { status, stderr, error } = spawnSync(
    flock,
    [shared ? "--shared" : "--exclusive", ...waiting, "--conflict-exit-code", String(heldByOthers), "3"],
    { stdio: ["ignore", "ignore", "pipe", descriptor], env: commandEnvironment, encoding: "utf8" },
  );
  const release = closeOnce(descriptor);
  if (status === 0) return { release };
  release();
  if (status === heldByOthers) return undefined;
  throw error ?? systemError(errorNumberIn(stderr), "flock");
}

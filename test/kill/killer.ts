import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Answer } from "../fixture/network.ts";

/** Compiles kill-at.c. @returns the path of the program, in `directory` */
export function compileKiller(directory: string): string {
  const path = join(directory, "kill-at");
  const flags = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2", "-static"];
  const source = join(import.meta.dirname, "kill-at.c");
  execFileSync(process.env.CC ?? "gcc", [...flags, "-o", path, source], { stdio: "inherit" });
  return path;
}

/** How long a plugin lived that was run by the killer, in microseconds. */
export function lifeOf({ errors }: Answer): number {
  const last = errors.trimEnd().split("\n").at(-1) ?? "";
  if (!/^\d+$/.test(last)) throw new Error(`the killer did not say how long the plugin lived: ${errors}`);
  return Number(last);
}

/** The status of a plugin that SIGKILL ended. */
export const killedStatus = 128 + 9;

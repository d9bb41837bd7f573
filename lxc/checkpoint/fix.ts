import { CniError, Code } from "../../lib/cni/error.ts";
import type { Container } from "../container/containers.ts";
import { backUp, openConfiguration, replaceConfiguration } from "../enable/configuration-file.ts";
import type { Obstacle } from "./requirements.ts";

/** Adds the lines to a container's configuration that it lacks. They count from its next start on. */
export function addLines({ configFile }: Container, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const file = openConfiguration(configFile);
  backUp(file);
  const end = file.text === "" || file.text.endsWith("\n") ? "" : "\n";
  replaceConfiguration(file, `${file.text}${end}# For lxc-cni checkpoint:\n${lines.join("\n")}\n`);
}

/** The lines that obstacles ask for, each once. */
export function linesOf(obstacles: readonly Obstacle[]): string[] {
  return [...new Set(obstacles.flatMap(({ line }) => line ?? []))];
}

/**
 * @param deed What is to be done: `checkpointed`, `restored`.
 * @throws CniError 105 where there are any
 */
export function requireNone(name: string, deed: string, obstacles: readonly Obstacle[]): void {
  if (obstacles.length === 0) return;
  const problems = [...new Set(obstacles.map(({ problem }) => problem))].join("; ");
  const lines = linesOf(obstacles);
  const remedy =
    lines.length === 0
      ? ""
      : `; its configuration needs ${lines.map((line) => `"${line}"`).join(" and ")} (lxc-cni checkpoint --fix), and then a start`;
  throw new CniError(Code.checkpointFailed, `container ${name} cannot be ${deed}`, `${problems}${remedy}`);
}

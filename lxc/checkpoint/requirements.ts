import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { type Configuration, configuredLinks, lastValueOf } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";

/** What keeps a container from being checkpointed, and restored. */
export interface Obstacle {
  readonly problem: string;
  /** The line that the container's configuration needs; undefined where that is not the remedy. */
  readonly line?: string;
}

/** What of a configuration CRIU cannot cope with. */
export function obstaclesIn(configuration: Configuration): Obstacle[] {
  return [
    ...obstaclesOf((key) => lastValueOf(configuration, key) ?? ""),
    ...configuredLinks(configuration)
      .filter(({ type }) => type !== undefined && type !== "empty")
      .map(({ index, type }) => ({
        problem: `lxc.net.${index}.type is ${type}: only what lxc-cni attaches is made again (lxc-cni enable --replace)`,
      })),
  ];
}

/** What of a container that runs CRIU cannot cope with. @param pid Its first process */
export function obstaclesRunning(container: Container, pid: number): Obstacle[] {
  const values = askLxc(container);
  const init = textOf(`/proc/${pid}/comm`).trim();
  return [
    ...obstaclesOf((key) => values.get(key) ?? ""),
    ...(init === "systemd"
      ? [
          {
            problem:
              "its first process is systemd, which CRIU 4.2 saves but cannot restore (inotify on cgroups)",
          },
        ]
      : []),
  ];
}

const keys = ["lxc.tty.max", "lxc.console.path", "lxc.apparmor.profile"] as const;

function obstaclesOf(setting: (key: (typeof keys)[number]) => string): Obstacle[] {
  const obstacles: Obstacle[] = [];
  const ttys = setting("lxc.tty.max") || "0";
  if (ttys !== "0") {
    obstacles.push({
      problem: `lxc.tty.max is ${ttys}: the host has the other ends`,
      line: "lxc.tty.max = 0",
    });
  }
  const console = setting("lxc.console.path") || "not set";
  if (console !== "none") {
    obstacles.push({
      problem: `lxc.console.path is ${console}: the host has the other end`,
      line: "lxc.console.path = none",
    });
  }
  if (setting("lxc.apparmor.profile") !== "" && !hasAppArmor()) {
    obstacles.push({
      problem: "lxc.apparmor.profile is set, and this kernel has no AppArmor",
      line: "lxc.apparmor.profile =",
    });
  }
  return obstacles;
}

function hasAppArmor(): boolean {
  return textOf("/sys/module/apparmor/parameters/enabled").trim() === "Y";
}

/** The settings that the container runs by, as LXC tells them: its file may have been changed since. */
function askLxc({ name, lxcPath }: Container): ReadonlyMap<string, string> {
  const asked = keys.flatMap((key) => ["--config", key]);
  const { output } = system
    .start({ program: "lxc-info", arguments: ["-n", name, "-P", lxcPath, ...asked], deadline: 10_000 })
    .wait();
  const pairs = output.split("\n").map((line) => line.split(" = "));
  return new Map(pairs.map(([key = "", value = ""]) => [key, value.trim()] as const));
}

function textOf(path: string): string {
  try {
    return system.readText(path);
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}

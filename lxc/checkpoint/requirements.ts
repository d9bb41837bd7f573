import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { type Configuration, configuredLinks, lastValueOf } from "../container/configuration.ts";
import { mountsOfHost } from "./mounts-of-host.ts";

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
    ...mountsOfHost(configuration),
  ];
}

/**
 * What of a container that runs CRIU cannot cope with. By which settings it was started nobody tells: where its file was
 * changed since, it is CRIU that finds out.
 *
 * @param pid Its first process.
 */
export function obstaclesRunning(pid: number): Obstacle[] {
  if (textOf(`/proc/${pid}/comm`).trim() !== "systemd") return [];
  return [
    { problem: "its first process is systemd, which CRIU 4.2 saves but cannot restore (inotify on cgroups)" },
  ];
}

function obstaclesOf(setting: (key: string) => string): Obstacle[] {
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

function textOf(path: string): string {
  try {
    return system.readText(path);
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}

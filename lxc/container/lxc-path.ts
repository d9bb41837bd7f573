import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import type { ValueOption } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { parseLines } from "./configuration-lines.ts";

/** Where LXC keeps what is set for all containers (lxc.system.conf(5)). */
const systemConfiguration = "/etc/lxc/lxc.conf";

/** Where LXC keeps containers unless it is told otherwise. */
const usualPath = "/var/lib/lxc";

/** The option of commands that work on LXC's containers; LXC's own tools have it too. */
export const lxcPathOption = {
  kind: "value",
  short: "P",
  value: "DIR",
  does: "where LXC keeps the containers, when not in its usual place (lxc.lxcpath, /var/lib/lxc)",
  completes: "directory",
} as const satisfies ValueOption;

/**
 * The directory that LXC keeps containers in.
 *
 * @param given What the command line says of it. As in LXC, slashes at its end do not count; links are not followed,
 *   since a container's id is made of the path as LXC has it.
 * @throws UsageError where it is no absolute path.
 */
export function lxcPathOf(given: string | undefined): string {
  if (given?.startsWith("/") === false) throw new UsageError(`--lxc-path must be absolute, not "${given}"`);
  const path = given ?? configuredPath() ?? usualPath;
  return path.replace(/(?<=.)\/+$/, "");
}

function configuredPath(): string | undefined {
  try {
    const items = parseLines(system.readText(systemConfiguration)).flatMap(({ item }) => item ?? []);
    const value = items.findLast(({ key }) => key === "lxc.lxcpath")?.value;
    return value === "" ? undefined : value;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import type { ValueOption } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { parseLines } from "./configuration-lines.ts";

/** Where LXC keeps containers, and what is set for all of them (lxc.system.conf(5)): root's, and those of a user. */
const ofRoot = { path: "/var/lib/lxc", configuration: "/etc/lxc/lxc.conf" };
const ofUser = (home: string) => ({
  path: `${home}/.local/share/lxc`,
  configuration: `${home}/.config/lxc/lxc.conf`,
});

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
  const usual = system.userId === 0 ? ofRoot : ofUser(system.environment().HOME ?? "");
  const path = given ?? configuredPath(usual.configuration) ?? usual.path;
  return path.replace(/(?<=.)\/+$/, "");
}

function configuredPath(configuration: string): string | undefined {
  try {
    const items = parseLines(system.readRegular(configuration)).flatMap(({ item }) => item ?? []);
    const value = items.findLast(({ key }) => key === "lxc.lxcpath")?.value;
    return value === "" ? undefined : value;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

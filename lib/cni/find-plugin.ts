import { system } from "#system";
import { CniError, Code } from "./error.ts";

/**
 * The executable of a plugin: the first regular file of that name in the directories of CNI_PATH
 * (CNI specification 1.1.0, section 3).
 *
 * @param cniPath Directories, separated by `:`.
 * @throws CniError 7 for a type that is no file's name, 4 without any directory, 120 where none holds it. The texts are
 *   libcni's.
 */
export function findPlugin(type: string, cniPath: string): string {
  if (type === "") throw new CniError(Code.invalidConfiguration, "no plugin name provided");
  if (type.includes("/") || type.includes("\0"))
    throw new CniError(Code.invalidConfiguration, `invalid plugin name: ${type}`);
  const directories = cniPath.split(":").filter((directory) => directory !== "");
  if (directories.length === 0)
    throw new CniError(Code.invalidEnvironment, "no paths provided", "CNI_PATH is empty");
  const path = directories
    .map((directory) => `${directory}/${type}`)
    .find((candidate) => system.status(candidate)?.kind === "file");
  if (path !== undefined) return path;
  throw new CniError(
    Code.pluginFailed,
    `failed to find plugin "${type}" in path [${directories.join(" ")}]`,
    "install it into one of these directories, or add its directory to CNI_PATH (for lxc-cni, --cni-path)",
  );
}

import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { isLxcCni } from "../hook/lines.ts";

/**
 * The path by which LXC is to call lxc-cni: where it is in the search path, that one, which an update keeps.
 *
 * @param given What the command line says of it.
 * @throws UsageError where that is no absolute path; CniError 7 where it leads to no file, or is not named lxc-cni, by
 *   which hook lines are known.
 */
export function executableForHooks(given: string | undefined): string {
  if (given?.startsWith("/") === false) throw new UsageError(`--executable must be absolute, not "${given}"`);
  const path = given ?? stablePath() ?? system.executable();
  if (system.status(path)?.kind !== "file") {
    throw new CniError(Code.invalidConfiguration, `there is no executable ${path}`);
  }
  if (isLxcCni(path)) return path;
  throw new CniError(
    Code.invalidConfiguration,
    `${path} is not named lxc-cni, as hook lines are known by`,
    "name another path of it by --executable, such as that of a symbolic link",
  );
}

function stablePath(): string | undefined {
  const path = system.findProgram("lxc-cni");
  if (path === undefined) return undefined;
  const found = system.status(path);
  const own = system.status(system.executable());
  return found !== undefined && found.inode === own?.inode && found.device === own.device ? path : undefined;
}

import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { UsageError } from "../command-line/usage-error.ts";

/**
 * The path by which LXC is to call lxc-cni: where it is in the search path, that one, which an update keeps.
 *
 * @param given What the command line says of it.
 * @throws UsageError where that is no absolute path; CniError 7 where it leads to no file.
 */
export function executableForHooks(given: string | undefined): string {
  if (given === undefined) return stablePath() ?? system.executable();
  if (!given.startsWith("/")) throw new UsageError(`--executable must be absolute, not "${given}"`);
  if (system.status(given)?.kind === "file") return given;
  throw new CniError(Code.invalidConfiguration, `there is no executable ${given}`);
}

function stablePath(): string | undefined {
  const path = system.findProgram("lxc-cni");
  if (path === undefined) return undefined;
  const found = system.status(path);
  const own = system.status(system.executable());
  return found !== undefined && found.inode === own?.inode && found.device === own.device ? path : undefined;
}

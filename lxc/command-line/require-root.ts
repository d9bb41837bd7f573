import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";

/**
 * Sees to it that root calls a command, where what it would fail with otherwise says something else.
 *
 * @param name The command's.
 * @param remedy How its caller becomes root; nothing when absent.
 * @throws CniError 130 where another user calls it.
 */
export function requireRoot(name: string, remedy?: string): void {
  if (system.userId !== 0) throw new CniError(Code.notAllowed, `${name} takes root`, remedy);
}

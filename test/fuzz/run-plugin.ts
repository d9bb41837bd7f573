import { hostLocal } from "../../ipam/host-local/plugin.ts";
import { asCniError } from "../../lib/cni/error.ts";
import { answer, type Plugin } from "../../lib/cni/plugin.ts";
import { formatResult } from "../../lib/cni/result-format.ts";
import type { Outcome } from "../../lib/system/system.ts";
import { bridge } from "../../plugins/bridge/plugin.ts";
import { outcomeOf } from "./dry-system.ts";

/** The plugins, by the names of their executables. */
export const plugins: Readonly<Record<string, Plugin<never>>> = { bridge, "host-local": hostLocal };

/** Does within this process what an executable would do; see {@linkcode resetDrySystem}. */
export function runCarriedPlugin(
  path: string,
  environment: Readonly<Record<string, string>>,
  input: string,
): Outcome {
  const plugin = plugins[path.slice(path.lastIndexOf("/") + 1)];
  if (plugin === undefined) return outcomeOf(127, "", "");
  try {
    const { result, version } = answer(plugin, { environment, input });
    return outcomeOf(0, result === undefined ? "" : formatResult(result, version), "");
  } catch (error) {
    const { code, message: msg, details } = asCniError(error);
    return outcomeOf(1, JSON.stringify({ code, msg, details }), "");
  }
}

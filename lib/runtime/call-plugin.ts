import { type CarriedPlugins, call, locate } from "../cni/delegate.ts";
import { asCniError, CniError } from "../cni/error.ts";
import type { Call, Verb } from "../cni/request.ts";
import type { Result } from "../cni/result.ts";
import type { Network, PluginConfiguration } from "./network.ts";
import type { PluginSurroundings } from "./surroundings.ts";

/** What the texts of errors call the verbs. */
const words: Readonly<Record<Verb, string>> = {
  ADD: "add",
  DEL: "delete",
  CHECK: "check",
  GC: "GC",
  STATUS: "status",
};

/**
 * Calls one plugin of a network.
 *
 * @returns what ADD answered; an empty result for other verbs.
 * @throws CniError the plugin's, with its name in front.
 */
export function callPlugin(
  verb: Verb,
  surroundings: PluginSurroundings,
  { version }: Network,
  { type }: PluginConfiguration,
  makeCall: () => Call,
  carried: CarriedPlugins,
): Result {
  try {
    const callee = locate(type, surroundings.cniPath, carried);
    return call(callee, verb, makeCall(), version);
  } catch (error) {
    const { code, message, details } = asCniError(error);
    throw new CniError(code, `plugin type="${type}" failed (${words[verb]}): ${message}`, details);
  }
}

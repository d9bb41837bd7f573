import { type CarriedPlugins, call, locate } from "../cni/delegate.ts";
import { asCniError, type CniError } from "../cni/error.ts";
import { stringifyCompact } from "../cni/json.ts";
import { repair as repairBy } from "../cni/plugin.ts";
import type { Result } from "../cni/result.ts";
import { resultInVersion } from "../cni/result-format.ts";
import { parseResult } from "../cni/result-parse.ts";
import { attachmentCall, type Runtime } from "./attachment-call.ts";
import { readCache, writeCache } from "./cache.ts";
import { type Examination, examine, type Finding } from "./examine.ts";
import { type Network, parseNetwork } from "./network.ts";

/** What a repair of an attachment came to. */
export interface AttachmentRepair {
  /** What was done, or would be, each in a few words. */
  readonly steps: readonly string[];
  /** What is wrong still, or in a trial what cannot be mended. */
  readonly left: readonly CniError[];
}

/**
 * Plugins of others that may be called for DEL and ADD once more while the container runs: all that these make are rules
 * of the host, of the result that they are given, and connections that are known go on without.
 */
const madeAnew: readonly string[] = ["portmap", "firewall"];

/**
 * Has the plugins of an attachment mend what their CHECK finds wrong, and looks again.
 *
 * Those that this process carries mend it in place. Of other plugins, some are called for DEL and ADD again; what the rest
 * finds is left as it is. Where ADD would answer something else by now, that is kept.
 *
 * @param load Finds the network where nothing was kept.
 * @param isTrial Only say what would be done.
 * @throws CniError as {@linkcode examine}; 5 where what is kept cannot be written.
 */
export function repairAttachment(
  runtime: Runtime,
  load: () => Network,
  carried: CarriedPlugins,
  isTrial: boolean,
): AttachmentRepair {
  const found = examine(runtime, load, carried);
  if (found.findings.length === 0) return { steps: [], left: [] };
  const outcomes = found.findings.map((finding) => attempt(finding, found, carried, isTrial));
  const steps = outcomes.flatMap((outcome) => outcome.steps);
  const failed = outcomes.flatMap(({ failure }) => failure ?? []);
  if (isTrial) return { steps, left: failed };
  const left = examine(runtime, load, carried).findings.map(({ problem }) => problem);
  // Why it could not be mended says more than that it is as it was.
  return { steps, left: failed.length > 0 ? failed : left };
}

interface Outcome {
  readonly steps: readonly string[];
  readonly failure: CniError | undefined;
}

function attempt(finding: Finding, found: Examination, carried: CarriedPlugins, isTrial: boolean): Outcome {
  try {
    const steps = mend(finding, found, carried, isTrial);
    return { steps: steps ?? [], failure: steps === undefined ? finding.problem : undefined };
  } catch (error) {
    return { steps: [], failure: asCniError(error) };
  }
}

/** @returns undefined where nothing can be done about it */
function mend(
  { plugin }: Finding,
  { runtime, network, previous }: Examination,
  carried: CarriedPlugins,
  isTrial: boolean,
): readonly string[] | undefined {
  const callee = locate(plugin.type, runtime.cniPath, carried);
  const own = attachmentCall("CHECK", runtime, network, plugin, previous);
  const repaired = callee.carried && repairBy(callee.carried, own, isTrial);
  if (repaired !== undefined) {
    if (!isTrial) keepIfNew(runtime, parseResult(previous, network.version), repaired.result);
    return repaired.steps;
  }
  if (!madeAnew.includes(plugin.type)) return undefined;
  for (const verb of ["DEL", "ADD"] as const) {
    if (!isTrial) call(callee, verb, own, network.version);
  }
  return [`have ${plugin.type} make its rules again`];
}

/** Keeps what ADD would answer by now, in the version in which it was kept. */
function keepIfNew({ attachment }: Runtime, before: Result, now: Result): void {
  const inOne = (result: Result) => stringifyCompact(resultInVersion(result, "1.1.0"));
  const kept = readCache(attachment);
  if (kept === undefined || inOne(before) === inOne(now)) return;
  writeCache({ ...kept, result: resultInVersion(now, parseNetwork(kept.source).version) });
}

import { asCniError, describe } from "../../lib/cni/error.ts";
import { repairAttachment } from "../../lib/runtime/repair.ts";
import { nameOf } from "../check/check.ts";
import { withProgress } from "../output/progress.ts";
import type { Places } from "../runtime.ts";
import { attend } from "../survey/attended.ts";
import type { SurveyedAttachment } from "../survey/survey.ts";
import { repairing } from "./repairing.ts";

/** An attachment that was looked after. */
export interface Repaired {
  readonly surveyed: SurveyedAttachment;
  /** What was done, or would be, each in a few words; empty where nothing had to be. */
  readonly steps: readonly string[];
  /** What could not be mended, in words. */
  readonly left: readonly string[];
}

/** Repairs attachments of containers that run; of others, nothing is to be repaired. */
export function repairAll(all: readonly SurveyedAttachment[], places: Places, isTrial: boolean): Repaired[] {
  const running = all.filter(({ run }) => run?.isRunning === true);
  const repaired = withProgress("repairing", running, nameOf, (each) => repairOne(each, places, isTrial));
  return repaired.flatMap((each) => each ?? []);
}

/** @returns undefined where its container has stopped meanwhile */
function repairOne(surveyed: SurveyedAttachment, places: Places, isTrial: boolean): Repaired | undefined {
  return attend(surveyed, places, ({ runtime, load }) => {
    try {
      const { steps, left } = repairAttachment(runtime, load, repairing, isTrial);
      return { surveyed, steps, left: left.map(describe) };
    } catch (error) {
      return { surveyed, steps: [], left: [describe(asCniError(error))] };
    }
  });
}

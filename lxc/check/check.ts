import { asCniError, type CniError } from "../../lib/cni/error.ts";
import { examine } from "../../lib/runtime/examine.ts";
import { remedy as pluginsRemedy } from "../../plugins/bridge/check.ts";
import { carried } from "../carried.ts";
import { withProgress } from "../output/progress.ts";
import type { Places } from "../runtime.ts";
import { attend } from "../survey/attended.ts";
import type { SurveyedAttachment } from "../survey/survey.ts";

/** An attachment that was checked. */
export interface Checked {
  readonly surveyed: SurveyedAttachment;
  /** Empty when all is well. */
  readonly problems: readonly Problem[];
  /** What to do about it. */
  readonly remedy: string | undefined;
}

/** Something that is not as it should be. */
export interface Problem {
  readonly code: number | undefined;
  readonly text: string;
}

/** Checks attachments: of containers that run, everything; of others, that nothing was left. */
export function checkAll(all: readonly SurveyedAttachment[], places: Places): Checked[] {
  const checked = withProgress("checking", all, nameOf, (each) => checkOne(each, places));
  return checked.flatMap((each) => each ?? []);
}

/** How a line of progress calls it. */
export function nameOf({ container, attachment }: SurveyedAttachment): string {
  return `${container} ${attachment.interface}`;
}

/** @returns undefined where it went while it was looked at */
function checkOne(surveyed: SurveyedAttachment, places: Places): Checked | undefined {
  if (surveyed.state === "stale") {
    const problems = surveyed.notes.map((text) => ({ code: undefined, text }));
    return { surveyed, problems, remedy: staleRemedy(surveyed) };
  }
  const problems = attend(surveyed, places, ({ runtime, load }) => {
    try {
      return examine(runtime, load, carried).findings.map(({ problem }) => problem);
    } catch (error) {
      return [asCniError(error)];
    }
  });
  if (problems === undefined) return undefined;
  const remedy = problems.length === 0 ? undefined : remedyOf(surveyed);
  return { surveyed, problems: problems.flatMap(partsOf), remedy };
}

function staleRemedy({ run }: SurveyedAttachment): string {
  if (run === undefined) return "its runtime has to remove what is left";
  return "lxc-cni gc removes what is left";
}

function remedyOf({ run, container }: SurveyedAttachment): string {
  return run === undefined ? pluginsRemedy : `lxc-cni repair ${container} mends what can be mended`;
}

/** Each thing that a plugin found for itself. */
function partsOf({ code, message, details }: CniError): Problem[] {
  const others = details.split("; ").filter((text) => text !== "" && text !== pluginsRemedy);
  return [message, ...others].map((text) => ({ code, text }));
}

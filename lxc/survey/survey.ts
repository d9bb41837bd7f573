import { attachmentKey } from "../../lib/cni/attachment-key.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import type { Link } from "../../lib/net/link-backend.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { attachmentOf } from "../container/incarnation.ts";
import type { Run } from "../container/runs.ts";
import { type HostSide, hostSideOf, keptResult } from "./host-side.ts";
import { judge, type Verdict } from "./judge.ts";
import type { KeptAttachment, Records } from "./records.ts";

/** An attachment, with all that is known of it. */
export interface SurveyedAttachment extends HostSide, Verdict {
  readonly attachment: Attachment;
  /** What people call its container: the name of an LXC container, or the CNI id of another runtime's. */
  readonly container: string;
  /** The run of the LXC container that has it; undefined for an attachment that another runtime made. */
  readonly run: Run | undefined;
  /** The checkpoint that its container is to go on from. */
  readonly checkpoint?: Checkpoint;
  /** What was kept of its ADD. */
  readonly kept: KeptAttachment | undefined;
  /** What ADD answered. */
  readonly result: Result | undefined;
}

/** The attachments that there are records of, by container and interface. */
export function surveyOf(records: Records): SurveyedAttachment[] {
  const kept = new Map(records.kept.map((each) => [attachmentKey(each.attachment), each]));
  const ofRuns = records.runs.flatMap((run) =>
    run.incarnation.attachments.map((held) => {
      const attachment = attachmentOf(run.container, held);
      return { attachment, run, kept: kept.get(attachmentKey(attachment)) };
    }),
  );
  const known = new Set(ofRuns.map(({ attachment }) => attachmentKey(attachment)));
  const others = records.kept
    .filter(({ attachment }) => !known.has(attachmentKey(attachment)))
    .map((each) => ({ attachment: each.attachment, run: undefined, kept: each }));
  const links = new Map(records.links.map((link) => [link.name, link]));
  return [...ofRuns, ...others].map((each) => joined(each, links)).sort(byContainer);
}

type Known = Pick<SurveyedAttachment, "attachment" | "run" | "kept">;

function joined(known: Known, links: ReadonlyMap<string, Link>): SurveyedAttachment {
  const { attachment, run, kept } = known;
  const result = keptResult(kept);
  const side = hostSideOf(attachment, kept, result);
  const container = run?.incarnation.name ?? attachment.container;
  return { ...known, container, result, ...side, ...judge({ ...known, ...side, result }, links) };
}

function byContainer(a: SurveyedAttachment, b: SurveyedAttachment): number {
  const [first, second] = [orderOf(a), orderOf(b)];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** What comes before all characters of names keeps `web` before `web-2`. */
function orderOf({ container, attachment }: SurveyedAttachment): string {
  return [container, attachment.container, attachment.interface, attachment.network].join("\0");
}

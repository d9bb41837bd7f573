import { command } from "../command-line/command.ts";
import { print, printJson } from "../output/print.ts";
import { styled } from "../output/style.ts";
import { type Repaired, repairAll } from "../repair/repair.ts";
import { warn } from "../runtime.ts";
import { choose } from "../survey/choose.ts";
import { readRecords } from "../survey/records.ts";
import { attachmentJson, linesOf } from "../survey/shown.ts";
import { surveyOf } from "../survey/survey.ts";
import { placeOptions, placesOf } from "./options.ts";

/** `lxc-cni repair` */
export const repair = command({
  name: "repair",
  summary: "mends attachments of containers that run, without an end to their connections",
  parameters: [{ name: "CONTAINER", count: "optional", completes: "container" }],
  options: {
    "dry-run": { kind: "flag", does: "only say what would be done" },
    json: { kind: "flag", does: "print JSON, a list of objects" },
    ...placeOptions,
  },
  description: `Looks at the attachments of CONTAINER, or of all containers of LXC that run, and where something is missing does
again what was done when they were attached: a bridge that was deleted is made, with its MAC and
addresses, and ports are plugged into it; rules that were flushed are added; so are leases, addresses
and routes that were removed. The container keeps its addresses and MAC, and its connections. An
interface that is lost is made anew, as it was.

Called when nothing is wrong, it does nothing. What it cannot mend it reports, with exit status 1: stop and
start the container then.`,
  examples: [
    { line: "lxc-cni repair", does: "all containers, after iptables -F or a restart of docker" },
    { line: "lxc-cni repair web --dry-run", does: "says what it would do about web" },
  ],
  run({ words: [container], options }) {
    const places = placesOf(options);
    const isTrial = options["dry-run"];
    const all = choose(surveyOf(readRecords(warn)), container);
    const repaired = repairAll(all, places, isTrial);
    if (options.json) printJson(repaired.map(asJson));
    else print(inWords(repaired, isTrial));
    return repaired.some(({ left }) => left.length > 0) ? 1 : 0;
  },
});

function asJson({ surveyed, steps, left }: Repaired) {
  const { state, notes, ...rest } = attachmentJson(surveyed);
  return { ...rest, steps, left };
}

function inWords(repaired: readonly Repaired[], isTrial: boolean): string {
  const lines = repaired.flatMap(({ surveyed, steps, left }) => [
    ...linesOf(surveyed, isTrial ? "would" : "did", steps, "good"),
    ...linesOf(surveyed, "cannot mend:", left, "bad"),
  ]);
  if (lines.length > 0) return lines.join("");
  const count = repaired.length;
  return `${styled("nothing to repair", "good")}: ${count === 1 ? "1 attachment is" : `${count} attachments are`} as made\n`;
}

import { type Checked, checkAll } from "../check/check.ts";
import { netnsDescription, netnsOptions } from "../cnitool/options.ts";
import { checkByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";
import { print, printJson } from "../output/print.ts";
import { styled } from "../output/style.ts";
import { warn } from "../runtime.ts";
import { choose } from "../survey/choose.ts";
import { readRecords } from "../survey/records.ts";
import { attachmentJson, linesOf } from "../survey/shown.ts";
import { surveyOf } from "../survey/survey.ts";
import { placesOf } from "./options.ts";

/** `lxc-cni check [CONTAINER]`, and `lxc-cni check NETWORK NETNS`. */
export const check = command({
  name: "check",
  summary: "looks whether containers are attached as they were made",
  parameters: [
    { name: "CONTAINER | NETWORK", count: "optional", completes: "container" },
    { name: "NETNS", count: "optional", completes: "file" },
  ],
  options: { ...netnsOptions, json: { kind: "flag", does: "print JSON, a list of objects (without NETNS)" } },
  description: `Looks whether links, addresses, routes, rules and leases of CONTAINER, or of all containers of LXC, are still what was
made. Says what is not, and what to do; the exit status is 1 then. Nothing is changed.

With two words, it looks at NETNS on NETWORK.
${netnsDescription}`,
  examples: [
    { line: "lxc-cni check", does: "looks at all containers" },
    { line: "lxc-cni check web", does: "looks at web" },
    { line: "lxc-cni check simplenet /run/netns/blue", does: "looks at eth0 of a namespace" },
  ],
  run(call) {
    const { words, options } = call;
    if (words.length > 1) return checkByNetns(call);
    const places = placesOf(options);
    const checked = checkAll(choose(surveyOf(readRecords(warn)), words[0]), places);
    if (options.json) printJson(checked.map(asJson));
    else print(inWords(checked));
    return checked.some(({ problems }) => problems.length > 0) ? 1 : 0;
  },
});

function asJson({ surveyed, problems, remedy }: Checked) {
  const { state, notes, ...rest } = attachmentJson(surveyed);
  return { ...rest, problems: problems.map(({ code, text }) => ({ code, text })), remedy };
}

function inWords(checked: readonly Checked[]): string {
  const wrong = checked.filter(({ problems }) => problems.length > 0);
  const lines = wrong.flatMap(({ surveyed, problems, remedy }) => [
    ...linesOf(
      surveyed,
      "",
      problems.map(({ text }) => text),
      "bad",
    ),
    ...(remedy === undefined ? [] : [`  ${styled(remedy, "quiet")}\n`]),
  ]);
  const well = checked.length - wrong.length;
  const count = `${well} of ${checked.length} ${checked.length === 1 ? "attachment is" : "attachments are"}`;
  return `${lines.join("")}${styled(`${count} as made`, wrong.length === 0 ? "good" : "doubtful")}\n`;
}

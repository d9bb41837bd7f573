import { command } from "../command-line/command.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { print, printJson } from "../output/print.ts";
import { tableOf } from "../output/table.ts";
import { warn } from "../runtime.ts";
import { checkpointedAttachments } from "../survey/checkpointed.ts";
import { readRecords } from "../survey/records.ts";
import { addressesOf, attachmentJson, macOf, type ShownAttachment, styledState } from "../survey/shown.ts";
import { surveyOf } from "../survey/survey.ts";
import { waitingAttachments } from "../survey/waiting.ts";

/** `lxc-cni ls` */
export const ls = command({
  name: "ls",
  summary: "lists what is attached to which network, and how it is",
  parameters: [],
  options: {
    all: { kind: "flag", short: "a", does: "list what waits for a container's start as well" },
    "lxc-path": lxcPathOption,
    json: { kind: "flag", does: "print JSON, a list of objects" },
  },
  description: `Lists the attachments of this host: those of LXC containers by the containers' names, and those that other
runtimes (podman, containerd, cnitool) keep beside them by their CNI ids. It looks at records and at
the links of the host only, so that it is quick; lxc-cni check looks at everything.

STATE is ok, when the container runs and its port is up and on its bridge; broken, when it runs and
something is missing; stale, when it has stopped and something was left; checkpointed, when its addresses
are held for lxc-cni restore; waiting, with --all, when its container is to have it from its next start on.
NOTE says what.`,
  examples: [
    { line: "lxc-cni ls", does: "a table" },
    { line: "lxc-cni ls --all", does: "also what containers that do not run will be attached to" },
    { line: "lxc-cni ls --json", does: "the same for a program, such as jq" },
  ],
  run({ options: { all, json, "lxc-path": path } }) {
    const present = [...surveyOf(readRecords(warn)), ...checkpointedAttachments(warn)];
    const waiting = all ? waitingAttachments(lxcPathOf(path), present, warn) : [];
    const listed = [...present, ...waiting];
    if (json) printJson(listed.map(attachmentJson));
    else print(tableFor(listed));
    return 0;
  },
});

function tableFor(listed: readonly ShownAttachment[]): string {
  const headings = ["CONTAINER", "NETWORK", "INTERFACE", "ADDRESSES", "MAC", "VETH", "STATE"];
  const hasNotes = listed.some(({ notes }) => notes.length > 0);
  return tableOf(
    hasNotes ? [...headings, "NOTE"] : headings,
    listed.map((each) => [
      each.container,
      each.attachment.network,
      each.attachment.interface,
      addressesOf(each).join(","),
      macOf(each) ?? "",
      each.port ?? "",
      styledState(each.state),
      each.notes.join(", "),
    ]),
  );
}

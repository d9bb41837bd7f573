import { netnsDescription, netnsOptions } from "../cnitool/options.ts";
import { gcByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { type Collection, collect } from "../gc/collect.ts";
import type { Removal } from "../gc/remove.ts";
import { print, printJson } from "../output/print.ts";
import { printable } from "../output/printable.ts";
import { styled } from "../output/style.ts";
import { warn } from "../runtime.ts";
import { placesOf } from "./options.ts";

/** `lxc-cni gc`, and `lxc-cni gc NETWORK NETNS`. */
export const gc = command({
  name: "gc",
  summary: "removes what containers that are gone have left",
  parameters: [
    { name: "NETWORK", count: "optional", completes: "network" },
    { name: "NETNS", count: "optional", completes: "file" },
  ],
  options: {
    "dry-run": { kind: "flag", does: "only say what would be removed (without NETNS)" },
    json: { kind: "flag", does: "print JSON, an object (without NETNS)" },
    "lxc-path": lxcPathOption,
    ...netnsOptions,
  },
  description: `Removes leases, ports, rules and records of containers of LXC that are gone: those that were killed, or whose host
crashed, so that no hook was called. To be run at boot, before LXC starts containers, and at any time.

What may be in use stays, and so does what may be of another runtime: it goes by the records of lxc-cni, or
by ids that only lxc-cni gives. Nothing younger than a minute is touched, and no container that a hook is
just working on. Files that killed calls had begun to write go as well.

With two words, it removes what is left of attachments to NETWORK whose namespaces are gone. (cnitool would remove all
attachments of the network, used or not.) What was attached by calling plugins without a runtime is taken for left
over then: a network that has such attachments should say "disableGC": true.
${netnsDescription}`,
  examples: [
    { line: "lxc-cni gc --dry-run", does: "says what it would remove" },
    { line: "lxc-cni gc", does: "removes it" },
    { line: "lxc-cni gc simplenet /run/netns/blue", does: "cleans up simplenet, as cnitool has it" },
  ],
  run(call) {
    const { words, options } = call;
    if (words.length === 1) throw new UsageError("gc needs NETNS beside NETWORK, or neither");
    if (words.length > 0) return gcByNetns(call);
    const places = placesOf(options);
    const isTrial = options["dry-run"];
    const collection = collect(places, lxcPathOf(options["lxc-path"]), isTrial, warn);
    if (options.json) printJson(asJson(collection));
    else print(inWords(collection, isTrial));
    for (const failure of collection.failures) warn(failure);
    const isDone = collection.removals.every(({ problem }) => problem === undefined);
    return isDone && collection.failures.length === 0 ? 0 : 1;
  },
});

function asJson({ removals, unfinished, failures }: Collection) {
  return { attachments: removals.map(removalJson), files: unfinished, failures };
}

function removalJson({ container, attachment, parts, problem }: Removal) {
  const { container: id, network, interface: name } = attachment;
  return { container, id, network, interface: name, parts, removed: problem === undefined, problem };
}

function inWords({ removals, unfinished }: Collection, isTrial: boolean): string {
  if (removals.length + unfinished.length === 0) return `${styled("nothing to remove", "good")}\n`;
  const what = isTrial ? "would remove this file" : "removed this file";
  return [
    ...removals.map((removal) => lineOf(removal, isTrial)),
    ...unfinished.map((path) => `${styled(`${path}:`, "good")} ${what}, which a killed call had begun`),
  ]
    .map((line) => `${printable(line)}\n`)
    .join("");
}

function lineOf({ container, attachment, parts, problem }: Removal, isTrial: boolean): string {
  const subject = `${container} ${attachment.interface} on ${attachment.network}:`;
  if (problem !== undefined) return `${styled(subject, "bad")} cannot remove: ${problem}`;
  const what = parts.length === 0 ? "its record" : parts.join(", ");
  return `${styled(subject, "good")} ${isTrial ? "would remove" : "removed"} ${what}`;
}

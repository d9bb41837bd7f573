import type { JsonObject } from "../../lib/cni/json.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import { printable } from "../output/printable.ts";
import { type Emphasis, styled } from "../output/style.ts";
import type { SurveyedAttachment } from "./survey.ts";
import type { WaitingAttachment } from "./waiting.ts";

/** An attachment that there is, or that waits for its container's start. */
export type ShownAttachment = SurveyedAttachment | WaitingAttachment;

/** The addresses of an attachment, with the lengths of their prefixes. */
export function addressesOf({ result }: ShownAttachment): string[] {
  return result?.ips.map(({ address }) => formatPrefix(address)) ?? [];
}

/** The MAC of the container's interface; undefined where it is not known. */
export function macOf({ attachment, result }: ShownAttachment): string | undefined {
  return result?.interfaces.find(
    ({ name, sandbox }) => name === attachment.interface && sandbox !== undefined,
  )?.mac;
}

const emphases: Readonly<Record<ShownAttachment["state"], Emphasis>> = {
  ok: "good",
  stale: "doubtful",
  broken: "bad",
  checkpointed: "doubtful",
  waiting: "doubtful",
};

/** A state, in its colour. */
export function styledState(state: ShownAttachment["state"]): string {
  return styled(state, emphases[state]);
}

/** What programs are told of an attachment. Keys may be added, and keep their meaning. */
export function attachmentJson(shown: ShownAttachment): JsonObject {
  const { attachment, container, run, bridge, port, state, notes } = shown;
  const checkpoint = state === "waiting" ? undefined : shown.checkpoint;
  return {
    container,
    id: attachment.container,
    runtime: state === "waiting" || run !== undefined || checkpoint !== undefined ? "lxc" : "other",
    lxcPath: state === "waiting" ? shown.lxcPath : (run?.incarnation.lxcPath ?? checkpoint?.lxcPath),
    pid: run?.isRunning === true ? run.incarnation.process.pid : undefined,
    network: attachment.network,
    interface: attachment.interface,
    addresses: addressesOf(shown),
    mac: macOf(shown),
    veth: port,
    bridge,
    state,
    notes,
  };
}

/** Things to say of an attachment, a line for each. @param how A word or two before each; none when empty. */
export function linesOf(
  { container, attachment: { network, interface: name } }: SurveyedAttachment,
  how: string,
  things: readonly string[],
  emphasis: Emphasis,
): string[] {
  const subject = styled(`${container} ${name} on ${network}:`, emphasis);
  return things.map(
    (thing) => `${printable(`${[subject, how, thing].filter((part) => part !== "").join(" ")}`)}\n`,
  );
}

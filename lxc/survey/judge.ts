import type { Result } from "../../lib/cni/result.ts";
import type { Link } from "../../lib/net/link-backend.ts";
import type { Run } from "../container/runs.ts";
import type { HostSide } from "./host-side.ts";
import type { KeptAttachment } from "./records.ts";

/**
 * How an attachment is, as far as the host's side tells.
 *
 * * `ok`: its container runs, and its port is up and on its bridge.
 * * `stale`: its container has stopped, and something was left.
 * * `broken`: its container runs, and something is missing.
 * * `checkpointed`: its container is to go on from a checkpoint; its addresses are held for it.
 */
export type State = "ok" | "stale" | "broken" | "checkpointed";

export interface Verdict {
  readonly state: State;
  /** What is wrong, each in a few words; empty when it is ok. */
  readonly notes: readonly string[];
}

/** What a verdict is given on. */
export interface Circumstances extends HostSide {
  readonly run: Pick<Run, "isRunning"> | undefined;
  readonly kept: Pick<KeptAttachment, "hasNamespace"> | undefined;
  readonly result: Result | undefined;
}

/** Gives it. Pure: what is inside the container's namespace is left to CHECK. */
export function judge(circumstances: Circumstances, links: ReadonlyMap<string, Link>): Verdict {
  const { run, kept, port } = circumstances;
  if (run?.isRunning === false) return { state: "stale", notes: ["the container has stopped"] };
  if (run === undefined && kept?.hasNamespace === false) {
    return { state: "stale", notes: ["its namespace is gone"] };
  }
  if (run === undefined && kept?.hasNamespace === undefined && port !== undefined && !links.has(port)) {
    return { state: "stale", notes: [`${port} is gone`] };
  }
  const notes = [...recordNotes(circumstances), ...linkNotes(circumstances, links)];
  return { state: notes.length === 0 ? "ok" : "broken", notes };
}

function recordNotes({ kept, result }: Circumstances): string[] {
  if (kept === undefined) return ["no record of its ADD in /var/lib/cni/results"];
  return result === undefined ? ["the record of its ADD cannot be understood"] : [];
}

function linkNotes(
  { bridge: bridgeName, port: portName }: HostSide,
  links: ReadonlyMap<string, Link>,
): string[] {
  if (portName === undefined) return [];
  const port = links.get(portName);
  const bridge = bridgeName === undefined ? undefined : links.get(bridgeName);
  return [
    ...(port === undefined ? [`${portName} is gone`] : []),
    ...(port !== undefined && !port.up ? [`${portName} is down`] : []),
    ...(bridgeName === undefined ? [] : bridgeNotes(bridgeName, bridge)),
    ...(port !== undefined && bridge !== undefined && port.master !== bridge.index
      ? [`${portName} is no port of ${bridgeName}`]
      : []),
  ];
}

function bridgeNotes(name: string, bridge: Link | undefined): string[] {
  if (bridge === undefined) return [`bridge ${name} is gone`];
  if (bridge.kind !== "bridge") return [`${name} is no bridge`];
  return bridge.up ? [] : [`bridge ${name} is down`];
}

import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { asCniError, CniError, Code } from "../../lib/cni/error.ts";
import { type Json, parseJson, stringifyCompact } from "../../lib/cni/json.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { Schema } from "../../lib/cni/schema.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { readCheckpoint, readDocument } from "../checkpoint/record.ts";
import { requireRoot } from "../command-line/require-root.ts";
import { containerIdOf } from "../container/id.ts";
import { finishArrival, hasArrived, readArrival, stagingOf } from "./arrival.ts";
import { cancelArrival } from "./cancel.ts";
import { goOn } from "./go-on.ts";
import { prepareArrival } from "./prepare.ts";
import { removeTree } from "./programs.ts";
import { settle } from "./settle.ts";
import { format, PrepareRequest, type StepAnswer, StepRequest } from "./steps.schema.ts";

type Outcome = Omit<StepAnswer, "format">;

/** What a host does for another one that moves a container to it, in this order; `cancel` at any time. */
const steps: Readonly<Record<string, (request: Json) => Outcome>> = {
  prepare: (json) => {
    const request = understood<PrepareRequest>(PrepareRequest, json);
    return locked(request.checkpoint, (id) => ({ goesOn: prepareArrival(request, stagingOf(id)) }));
  },
  settle: step((id) => {
    settle(requireArrival(id));
    return {};
  }),
  restore: step((id) => {
    requireArrival(id);
    return goOn(readDocument(stagingOf(id)), stagingOf(id));
  }),
  cancel: step((id, { time }) => {
    const arrival = readArrival(id);
    if (arrival === undefined) return { goesOn: false };
    if (hasArrived(id, arrival, time)) return { goesOn: true };
    if (arrival.goesOn === undefined) cancelArrival(id, arrival, readCheckpoint(id));
    return { goesOn: false };
  }),
  done: step((id) => {
    finishArrival(id);
    removeTree(stagingOf(id));
    return {};
  }),
};

/** The steps by their names. */
export const stepNames: readonly string[] = Object.keys(steps);

/**
 * Does a step for another host, whose request is on standard input, and prints the answer.
 *
 * @returns the exit status: 0 also where the step failed, as long as the answer says so.
 */
export function receive(name: string): number {
  system.writeStandardOutput(`${stringifyCompact({ format, ...answerTo(name) })}\n`);
  return 0;
}

function answerTo(name: string): Outcome {
  try {
    requireRoot("receive", "lxc-cni migrate --sudo becomes root by sudo");
    const request = parseJson(system.readStandardInput(), "request");
    return steps[name]?.(request) ?? {};
  } catch (error) {
    if (!(error instanceof CniError) && !isSystemError(error)) throw error;
    const { code, message, details } = asCniError(error);
    return { error: { code, message, details } };
  }
}

function step(
  work: (id: ReturnType<typeof containerIdOf>, request: StepRequest) => Outcome,
): (json: Json) => Outcome {
  return (json) => {
    const request = understood<StepRequest>(StepRequest, json);
    return locked(request, (id) => work(id, request));
  };
}

/** One step at a time: what the connection was lost over may still be at work. */
function locked(
  { name, lxcPath }: Pick<StepRequest, "name" | "lxcPath">,
  work: (id: ReturnType<typeof containerIdOf>) => Outcome,
): Outcome {
  const isName = name !== "." && name !== ".." && !name.includes("/") && name !== "";
  const isPath = lxcPath.startsWith("/") && !lxcPath.split("/").includes("..");
  if (!isName || !isPath) {
    throw new CniError(Code.invalidConfiguration, `${lxcPath}/${name} is no place of a container`);
  }
  const id = containerIdOf(name, lxcPath);
  return withLock("migration", id, () => work(id));
}

function understood<T>(schema: Schema, json: Json): T {
  return decode<T>(schema, json, { lenient: false, warn: () => {} });
}

function requireArrival(id: ReturnType<typeof containerIdOf>) {
  const arrival = readArrival(id);
  if (arrival !== undefined && arrival.goesOn === undefined) return arrival;
  throw new CniError(
    Code.migrationFailed,
    "nothing is ready here for the container",
    "it was cancelled meanwhile",
  );
}

import { system } from "#system";
import { isSystemError } from "../system/error.ts";
import type { Outcome, Running } from "../system/system.ts";
import { CniError, PluginFailure } from "./error.ts";
import { isObject, type Json } from "./json.ts";
import type { Call } from "./request.ts";
import { inSeconds, isTimeUp, timeLeft, whyNoLonger } from "./time-limit.ts";

/** How long a plugin may take, in milliseconds, where there is time. Kubelet gives a whole pod two minutes. */
const longest = 100_000;

/** How often, and in milliseconds how far apart, to try an executable that is just being written. */
const busyTries = 20;
const busyPause = 100;

/**
 * Executes a plugin and returns what it printed, which for verbs other than ADD means nothing.
 *
 * Its standard error goes to ours. It is ended after 100 s, or when our own time is up. An executable that is being
 * replaced is tried again for two seconds.
 *
 * @throws CniError what the plugin reported, or 120 where it could not be run or understood. The texts are libcni's.
 */
export function executePlugin(path: string, call: Call): string {
  const time = timeFor(call.environment.CNI_COMMAND);
  if (time === 0)
    throw new PluginFailure(`plugin ${path} was not run`, whyNoLonger("there was no time left"));
  const outcome = startWhenReady(path, call, time).wait();
  if (outcome.errors !== "") system.writeStandardError(outcome.errors);
  if (outcome.status === 0) return outcome.output;
  throw failureOf(path, outcome, time);
}

/** The JSON that the plugin at `path` printed. @throws CniError 120 where it is none */
export function parseOutput(path: string, output: string): Json {
  const json = parsed(output);
  if (json !== undefined) return json;
  throw new PluginFailure(
    `could not understand what plugin ${path} printed`,
    `it is no JSON: ${quoted(output)}`,
  );
}

/**
 * How long a plugin may take, in milliseconds, by the time that this process has. DEL is run on all plugins, whichever
 * fail: one that hangs leaves half of the time to the others.
 */
function timeFor(verb: string | undefined): number {
  return verb === "DEL" ? Math.min(longest, timeLeft(2 * longest) / 2) : timeLeft(longest);
}

function startWhenReady(path: string, { environment, input }: Call, deadline: number): Running {
  for (let attempt = 1; ; attempt++) {
    try {
      return system.start({ program: path, arguments: [], environment, input, deadline });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code !== "ETXTBSY" || attempt === busyTries || isTimeUp()) {
        throw new PluginFailure(`could not execute plugin ${path}: ${error.message}`);
      }
      system.sleep(busyPause);
    }
  }
}

/** Undefined where the text is no JSON. */
function parsed(output: string): Json {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function quoted(output: string): string {
  return JSON.stringify(output.slice(0, 200));
}

/** How much of what a plugin says goes into a message, in characters. Its end mostly says why. */
const longestReason = 1000;

function failureOf(path: string, { status, signal, late, output, errors }: Outcome, time: number): CniError {
  if (late) {
    return new PluginFailure(
      `plugin ${path} was ended after ${inSeconds(time)}`,
      whyNoLonger("it did not answer in time"),
    );
  }
  const ending = status === undefined ? `signal ${signal}` : `exit status ${status}`;
  if (output.trim() === "") {
    const reason =
      errors === ""
        ? `with no error message: ${ending}`
        : `: ${JSON.stringify(errors.trim().slice(-longestReason))}: ${ending}`;
    return new PluginFailure(`netplugin failed${errors === "" ? " " : ""}${reason}`, path);
  }
  return reportedError(path, output);
}

/** The error that a failing plugin printed (CNI specification 1.1.0, section 5, "Error"). */
function reportedError(path: string, output: string): CniError {
  const report = parsed(output);
  if (report === undefined) {
    return new PluginFailure(
      `netplugin failed but error parsing its diagnostic message ${quoted(output)}`,
      path,
    );
  }
  if (!isObject(report) || typeof report.code !== "number") {
    return new PluginFailure(`plugin ${path} failed without a code`, output.slice(0, 200));
  }
  const { code, msg, details } = report;
  return new CniError(code, typeof msg === "string" ? msg : "", typeof details === "string" ? details : "");
}

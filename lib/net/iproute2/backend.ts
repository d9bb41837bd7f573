import { system } from "#system";
import { CniError, Code } from "../../cni/error.ts";
import { trace } from "../../cni/trace.ts";
import { isSystemError } from "../../system/error.ts";
import type { Command, Netns, Outcome } from "../../system/system.ts";
import type { Link, LinkBackend, LinkFailure, LinkWithAddresses, RunReport } from "../link-backend.ts";
import type { LinkOperation, Where } from "../operation.ts";
import { batch } from "./batch.ts";
import { parseLinks } from "./parse.ts";
import { render } from "./render.ts";

/** How long `ip` may take, in milliseconds. */
const deadline = 30_000;

/**
 * The backend that has `ip` (iproute2) do the work: where there is no netlink socket to be had.
 *
 * @param container The namespace of the attachment.
 */
export function iproute2Backend(container: Netns | undefined): LinkBackend {
  const netnsOf = (where: Where) => (where === "container" ? container : undefined);
  return {
    name: "iproute2",
    run: (operations) => run(operations, container, netnsOf),
    readLink: (where, name) => readLink(name, netnsOf(where)),
    readLinks: (where) => readLinks(netnsOf(where)),
    close: () => {},
  };
}

function run(
  operations: readonly LinkOperation[],
  container: Netns | undefined,
  netnsOf: (where: Where) => Netns | undefined,
): RunReport {
  const [first] = operations;
  if (first === undefined) return { done: 0, failure: undefined };
  const input = batch(operations.map((operation) => render(operation, container?.path ?? "")));
  const outcome = attempt({ arguments: ["-batch", "-"], input, netns: netnsOf(first.where) });
  if (typeof outcome === "string") return { done: 0, failure: { reason: outcome, unknown: true } };
  if (outcome.status === 0) return { done: operations.length, failure: undefined };
  const line = /Command failed -:(\d+)/.exec(outcome.errors)?.[1];
  if (line === undefined) return { done: 0, failure: { reason: reasonOf(outcome), unknown: true } };
  return { done: Number(line) - 1, failure: failureOf(outcome) };
}

function readLink(name: string, netns: Netns | undefined): LinkWithAddresses | undefined {
  const outcome = execute({ arguments: ["-json", "-details", "address", "show", "dev", name], netns });
  if (outcome.status === 0) return parseLinks(outcome.output)[0];
  if (/does not exist|Cannot find device/.test(outcome.errors)) return undefined;
  throw unreadable(outcome);
}

function readLinks(netns: Netns | undefined): Link[] {
  const outcome = execute({ arguments: ["-json", "-details", "link", "show"], netns });
  if (outcome.status !== 0) throw unreadable(outcome);
  return parseLinks(outcome.output);
}

/** Runs `ip`. @returns how it ended, or why that is not known. */
function attempt(command: Pick<Command, "arguments" | "input" | "netns">): Outcome | string {
  try {
    return execute(command);
  } catch (error) {
    if (isSystemError(error)) return error.message;
    throw error;
  }
}

function execute(command: Pick<Command, "arguments" | "input" | "netns">): Outcome {
  trace(
    () =>
      `ip ${command.arguments.join(" ")}${command.input === undefined ? "" : `\n${command.input.trimEnd()}`}`,
  );
  try {
    return system.start({ ...command, program: "ip", deadline }).wait();
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    throw new CniError(Code.linkFailed, "ip is not installed", "install iproute2");
  }
}

function failureOf(outcome: Outcome): LinkFailure {
  return { reason: reasonOf(outcome), unknown: false };
}

/** What `ip` said, without its own bookkeeping. */
function reasonOf({ errors, late, status, signal }: Outcome): string {
  if (late) return `ip was ended after ${deadline / 1000} s`;
  const text = errors
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("Command failed"))
    .map((line) => line.replace(/^(RTNETLINK answers|Error): /, ""))
    .join(" ");
  return text === ""
    ? `ip ended with ${status === undefined ? `signal ${signal}` : `status ${status}`}`
    : text;
}

function unreadable(outcome: Outcome): CniError {
  return new CniError(Code.linkFailed, `failed to read links: ${reasonOf(outcome)}`);
}

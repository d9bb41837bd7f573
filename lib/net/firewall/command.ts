import { system } from "#system";
import { CniError, Code } from "../../cni/error.ts";
import { timeLeft } from "../../cni/time-limit.ts";
import { trace } from "../../cni/trace.ts";
import { isSystemError } from "../../system/error.ts";
import type { Outcome, Running } from "../../system/system.ts";

/** How long a command may take, in milliseconds, where there is time; it waits for others that change rules. */
const longest = 30_000;

/**
 * Starts a command that reads or changes rules.
 *
 * @throws CniError 101 where it is not installed.
 */
export function startCommand(program: string, args: readonly string[], input?: string): Running {
  trace(() => `${[program, ...args].join(" ")}${input === undefined ? "" : `\n${input.trimEnd()}`}`);
  try {
    return system.start({ program, arguments: args, input, deadline: timeLeft(longest) });
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    throw new CniError(
      Code.firewallFailed,
      `failed to locate ${program}: it is not installed`,
      "install it (package iptables or nftables), or do without what needs it: /ipMasq, /forward, /macspoofchk, /ipSpoofCheck",
    );
  }
}

/** What a command that failed said. */
export function reasonOf({ errors, late, status, signal }: Outcome): string {
  if (late) return "it was ended, since it took too long";
  const text = sayingIn(errors);
  return text === ""
    ? `it ended with ${status === undefined ? `signal ${signal}` : `status ${status}`}`
    : text;
}

/** Rules could not be listed. */
export class ListingFailed extends CniError {
  /** The command was ended before it could tell: there may be rules or not. */
  readonly isCutOff: boolean;

  /** @param what What failed: `nft failed to list chain C`. */
  constructor(what: string, outcome: Outcome) {
    super(Code.firewallFailed, `${what}: ${reasonOf(outcome)}`);
    this.isCutOff = outcome.late || outcome.status === undefined;
  }
}

/** The lines that say something. nft shows the line of its input, too, and marks a place in it. */
function sayingIn(errors: string): string {
  const lines = errors.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const errorLines = lines.flatMap((line) => / Error: (.*)/.exec(` ${line}`)?.[1] ?? []);
  return (errorLines.length > 0 ? errorLines : lines).join("; ");
}

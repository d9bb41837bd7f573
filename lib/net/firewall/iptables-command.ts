import { system } from "#system";
import { CniError, Code } from "../../cni/error.ts";
import { trace } from "../../cni/trace.ts";
import type { Prefix } from "../../ip/prefix.ts";
import { isSystemError } from "../../system/error.ts";
import type { Outcome, Running } from "../../system/system.ts";

/** The version of the Internet Protocol that a command works on. */
export type AddressFamily = 4 | 6;

/** How long a command may take, in milliseconds; it waits for others that change rules (`--wait`). */
const deadline = 30_000;

const commands = { 4: "iptables", 6: "ip6tables" } as const;

/** The families of addresses, each once. */
export function familiesOf(addresses: readonly Prefix[]): AddressFamily[] {
  return [...new Set(addresses.map(({ address }) => address.family))];
}

/** The addresses of one family. */
export function ofFamily(family: AddressFamily, addresses: readonly Prefix[]): Prefix[] {
  return addresses.filter(({ address }) => address.family === family);
}

/** Whether the host has the command for a family at all. */
export function isInstalled(family: AddressFamily): boolean {
  return system.findProgram(commands[family]) !== undefined;
}

/**
 * Whether a look at the nat table of a family changes nothing: iptables-legacy loads a table that is not there, only to
 * find it empty. /proc/net/ip_tables_names has those that are there.
 */
export function canLookSafely(family: AddressFamily): boolean {
  const path = system.findProgram(commands[family]);
  if (path === undefined) return false;
  if (!system.realPath(path).includes("legacy")) return true;
  const tables = family === 4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
  return system.status(tables) !== undefined && system.readText(tables).split("\n").includes("nat");
}

/**
 * Starts to change the nat table: all of the lines or none of them.
 *
 * @param lines Commands of iptables, without `-t nat`.
 */
export function startRestore(family: AddressFamily, lines: readonly string[]): Running {
  const input = `*nat\n${lines.join("\n")}\nCOMMIT\n`;
  return start(family, `${commands[family]}-restore`, ["--noflush", "--wait"], input);
}

/** Changes the nat table; see {@linkcode startRestore}. */
export function restore(family: AddressFamily, lines: readonly string[]): Outcome {
  return startRestore(family, lines).wait();
}

/** A chain of the nat table whose rules are being listed. */
export interface Listing {
  readonly chain: string;
  readonly running: Running;
}

/** Starts to list the rules of a chain of the nat table. */
export function startListing(family: AddressFamily, chain: string): Listing {
  return { chain, running: start(family, commands[family], ["--wait", "-t", "nat", "-S", chain]) };
}

/**
 * The rules of a chain, as `iptables -S` prints them; undefined when there is no such chain.
 *
 * @throws CniError 101 where the command could not tell.
 */
export function finishListing({ chain, running }: Listing): string | undefined {
  const outcome = running.wait();
  if (outcome.status === 0) return outcome.output;
  if (isAboutMissingChain(outcome.errors)) return undefined;
  throw new CniError(Code.firewallFailed, `failed to list chain ${chain}: ${reasonOf(outcome)}`);
}

/** The rules of a chain; see {@linkcode finishListing}. */
export function listChain(family: AddressFamily, chain: string): string | undefined {
  return finishListing(startListing(family, chain));
}

/** What a command that failed said. */
export function reasonOf({ errors, late, status, signal }: Outcome): string {
  if (late) return `it was ended after ${deadline / 1000} s`;
  const text = errors
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .join(" ");
  return text === ""
    ? `it ended with ${status === undefined ? `signal ${signal}` : `status ${status}`}`
    : text;
}

/**
 * The words of the two kinds of iptables for a chain, or a whole table, that is not there. The nft kind calls a chain
 * that it does not know incompatible.
 */
function isAboutMissingChain(errors: string): boolean {
  return /No chain\/target\/match|does not exist|is incompatible, use 'nft' tool/.test(errors);
}

function start(family: AddressFamily, program: string, args: string[], input?: string): Running {
  trace(() => `${[program, ...args].join(" ")}${input === undefined ? "" : `\n${input.trimEnd()}`}`);
  try {
    return system.start({ program, arguments: args, input, deadline });
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    throw new CniError(
      Code.firewallFailed,
      `failed to locate iptables: ${program} is not installed`,
      `install it, or set "ipMasq" to false (IPv${family} addresses cannot be masqueraded without it)`,
    );
  }
}

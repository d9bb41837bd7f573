import { system } from "#system";
import { trace } from "../../cni/trace.ts";
import { encodeUtf8 } from "../../encoding/utf8.ts";
import { isSystemError } from "../../system/error.ts";
import type { NetlinkSocket } from "../../system/system.ts";
import { type Compose, type Connection, connect, NetlinkError, noSuchThing } from "../netlink/connection.ts";
import type { Message } from "../netlink/parse.ts";
import { batch, chainQuestion, type Deletion, ruleQuestion, rulesQuestion } from "./messages.ts";
import type { KernelChain, KernelTable } from "./place.ts";
import { type KernelRule, parseRule, parseUses } from "./rule.ts";

/**
 * The kernel's packet filter rules.
 *
 * Whatever is not as expected makes a function throw {@linkcode Unclear}: then a command has to tell, in words that are
 * meant for people.
 */
export interface NfTables {
  /** The rules of a chain, in their order; none where there is no such chain. */
  rules(chain: KernelChain): KernelRule[];

  /** Those of them that have a text in them somewhere: a name or a comment. There can be thousands of others. */
  rulesWith(text: string, chain: KernelChain): KernelRule[];

  /** The rule that has a handle; undefined where it is not in the chain. */
  rule(chain: KernelChain, handle: number): KernelRule | undefined;

  /** How many rules a chain has and lead to it, both together; undefined where there is no such chain. */
  uses(chain: KernelChain): number | undefined;

  /**
   * Makes all of the deletions, or none. From then on no packet meets what was deleted; the kernel lets go of it some 10
   * ms later, which nobody waits for.
   */
  remove(table: KernelTable, deletions: readonly Deletion[]): void;

  close(): void;
}

/** Something cannot be read or done here, or is not understood. */
export class Unclear extends Error {}

/**
 * Opens the kernel's packet filter; undefined where there is no way to but by commands: under Node, where a policy of the
 * system forbids it, and where LXC_CNI_LINKS is `iproute2`, which does without netlink.
 */
export function openNfTables(): NfTables | undefined {
  if (!isNetlinkWanted()) return undefined;
  try {
    const socket = system.openNetfilter();
    return socket && nfTables(socket);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Whether the kernel may be asked itself. */
export function isNetlinkWanted(): boolean {
  return system.environment().LXC_CNI_LINKS !== "iproute2";
}

/**
 * Does something with the kernel's packet filter.
 *
 * @returns undefined where that is not possible, or not clear: then the commands have to do it.
 */
export function byNfTables<T>(action: (nfTables: NfTables) => T): T | undefined {
  const nfTables = openNfTables();
  if (nfTables === undefined) return undefined;
  try {
    return unlessUnclear(() => action(nfTables));
  } finally {
    nfTables.close();
  }
}

/** What an action comes to; undefined where it throws {@linkcode Unclear}. */
export function unlessUnclear<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Unclear)) throw error;
    trace(() => `nf_tables: ${error.message}`);
    return undefined;
  }
}

function nfTables(socket: NetlinkSocket): NfTables {
  const connection = connect(socket);
  let hasRemoved = false;
  return {
    rules: (chain) =>
      answerTo(`the rules of ${nameOf(chain)}`, () =>
        connection
          .request((sequence) => rulesQuestion(chain, sequence))
          .flatMap((answer) => parseRule(answer, chain)),
      ),
    rulesWith: (text, chain) =>
      answerTo(`those of ${nameOf(chain)} with ${text}`, () =>
        connection
          .search((sequence) => rulesQuestion(chain, sequence), encodeUtf8(text))
          .flatMap((answer) => parseRule(answer, chain)),
      ),
    rule: (chain, handle) =>
      answerTo(`rule ${handle} of ${nameOf(chain)}`, () => {
        const answer = askFor(connection, (sequence) => ruleQuestion(chain, handle, sequence));
        return answer && parseRule(answer, chain)[0];
      }),
    uses: (chain) =>
      answerTo(`uses of ${nameOf(chain)}`, () => {
        const answer = askFor(connection, (sequence) => chainQuestion(chain, sequence));
        return answer && parseUses(answer);
      }),
    remove: (table, deletions) => {
      const what = deletions.map(({ chain, ...deletion }) => `${deletion.delete} ${chain}`);
      answerTo(`delete ${what.join(", ")} in ${table.family} ${table.table}`, () => {
        hasRemoved = true;
        connection.request((sequence) => batch(table, deletions, sequence));
        return "done";
      });
    },
    close: () => (hasRemoved ? socket.closeAside() : socket.close()),
  };
}

function askFor(connection: Connection, compose: Compose): Message | undefined {
  try {
    return connection.ask(compose);
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === noSuchThing) return undefined;
    throw error;
  }
}

/** Asks something. @throws Unclear where there is no answer */
function answerTo<T>(question: string, ask: () => T): T {
  try {
    const answer = ask();
    trace(() => `nf_tables: ${question}: ${wordsFor(answer)}`);
    return answer;
  } catch (error) {
    if (error instanceof NetlinkError || isSystemError(error))
      throw new Unclear(`${question}: ${error.message}`);
    throw error;
  }
}

function wordsFor(answer: unknown): string {
  if (Array.isArray(answer)) return String(answer.length);
  if (answer === undefined) return "none";
  return typeof answer === "object" ? "found" : String(answer);
}

function nameOf({ family, table, chain }: KernelChain): string {
  return `${family} ${table} ${chain}`;
}

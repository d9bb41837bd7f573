import type { Account } from "./account.ts";

/** A line of users.conf: how many attachments to a network a user may have, or each user of a group. */
export interface Grant {
  readonly to: "user" | "group";
  /** A name, or the digits of an id. */
  readonly name: string;
  /** The network's name; undefined for each one. */
  readonly network: string | undefined;
  readonly count: number;
}

/** What users.conf says. */
export interface Grants {
  readonly grants: readonly Grant[];
  /** A text for each line that is not understood, which grants nothing. */
  readonly problems: readonly string[];
}

const form = /^(@?)([a-zA-Z0-9_][a-zA-Z0-9_.$@\\-]*)\s+(\*|[a-zA-Z0-9][a-zA-Z0-9_.-]*)\s+(\d{1,5})$/;

/**
 * Reads users.conf: `USER NETWORK COUNT` or `@GROUP NETWORK COUNT` in a line, `*` for each network; lines that begin
 * with `#` and empty ones say nothing (docs/formats.md, "Users of networks").
 */
export function parseGrants(text: string): Grants {
  const grants: Grant[] = [];
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    const [, at, name = "", network, count] = form.exec(content) ?? [];
    if (count === undefined) problems.push(`line ${index + 1} is no "USER|@GROUP NETWORK|* COUNT"`);
    else {
      const to = at === "@" ? "group" : "user";
      grants.push({ to, name, network: network === "*" ? undefined : network, count: Number(count) });
    }
  }
  return { grants, problems };
}

/**
 * How many attachments to a network a user may have: the most that a line grants. No line takes away what another one
 * grants, so that their order does not matter.
 */
export function quotaOf(grants: readonly Grant[], account: Account, network: string): number {
  const counts = grants
    .filter((grant) => grant.network === undefined || grant.network === network)
    .filter((grant) => isTo(grant, account))
    .map(({ count }) => count);
  return Math.max(0, ...counts);
}

function isTo({ to, name }: Grant, { user, groups }: Account): boolean {
  return to === "user" ? user.includes(name) : groups.includes(name);
}

/** Whether who a grant is to depends on names, which have to be looked up. */
export function needsNames(grants: readonly Grant[]): boolean {
  return grants.some(({ name }) => !/^\d+$/.test(name));
}

import { system } from "#system";
import type { Peer } from "../../lib/system/system.ts";

/** What users.conf may call a user. */
export interface Account {
  /** The digits of the user id, and the name where it has one. */
  readonly user: readonly string[];
  /** The same of each group. */
  readonly groups: readonly string[];
}

/** How long a directory service may take to tell names, in milliseconds. */
const patience = 5_000;

/** The account of a process, by ids alone. */
export function accountById({ userId, groupIds }: Peer): Account {
  return { user: [String(userId)], groups: groupIds.map(String) };
}

/**
 * The account of a process, by ids and names. getent(1) tells the names, wherever this host has its users from; one
 * that it does not tell is granted nothing.
 */
export function accountByName(peer: Peer): Account {
  const { user, groups } = accountById(peer);
  return {
    user: [...user, ...namesOf("passwd", user)],
    groups: [...groups, ...namesOf("group", groups)],
  };
}

/** The names that go with ids in a database of nsswitch.conf(5). */
function namesOf(database: "passwd" | "group", ids: readonly string[]): string[] {
  if (system.findProgram("getent") === undefined) return [];
  const found = system.start({ program: "getent", arguments: [database, ...ids], deadline: patience }).wait();
  const entries = found.output.split("\n").map((line) => line.split(":"));
  return entries.flatMap(([name = "", , id = ""]) => (ids.includes(id) ? [name] : []));
}

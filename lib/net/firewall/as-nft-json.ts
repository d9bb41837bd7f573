import type { JsonObject } from "../../cni/json.ts";
import { macFromBytes } from "../../ip/mac.ts";
import { Base, Meta } from "../nf-tables/constants.ts";
import type { FieldMatch, Match, MetaMatch, Statement } from "../nf-tables/statement.ts";
import type { Verdict } from "../nf-tables/verdict.ts";
import { zeroEnded } from "../nf-tables/zero-ended.ts";

/**
 * What a rule of a table of the family bridge says, in libnftables' JSON.
 *
 * @returns undefined where it is about anything else than the link that a frame came in by, or its sender's MAC.
 */
export function asNftJson({ matches, verdict }: Statement): JsonObject[] | undefined {
  const parts = matches.map(matchObject).filter((part) => part !== undefined);
  if (parts.length < matches.length) return undefined;
  return [...parts, ...(verdict === undefined ? [] : [verdictObject(verdict)])];
}

function matchObject(match: Match): JsonObject | undefined {
  if (match.kind === "extension") return undefined;
  const compared = match.kind === "meta" ? inputLink(match) : sender(match);
  return compared && { match: { op: match.negated ? "!=" : "==", ...compared } };
}

function inputLink({ key, value }: MetaMatch): JsonObject | undefined {
  // Without the zero at its end, a name stands for all that begin so.
  const right = zeroEnded(value);
  return key === Meta.input && right !== undefined
    ? { left: { meta: { key: "iifname" } }, right }
    : undefined;
}

/** The sender's MAC stands behind the receiver's. */
function sender({ base, offset, value, bits }: FieldMatch): JsonObject | undefined {
  const right = macFromBytes(value);
  if (base !== Base.link || offset !== 6 || bits !== 48 || right === undefined) return undefined;
  return { left: { payload: { protocol: "ether", field: "saddr" } }, right };
}

function verdictObject(verdict: Verdict): JsonObject {
  if (typeof verdict === "string") return { [verdict]: null };
  return "jump" in verdict ? { jump: { target: verdict.jump } } : { goto: { target: verdict.goto } };
}

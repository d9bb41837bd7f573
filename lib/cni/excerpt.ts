import { type Json, stringifyCompact } from "./json.ts";

/** A value as JSON, shortened to what a message can hold. */
export function excerpt(value: Json): string {
  const text = value === undefined ? "nothing" : textOf(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

function textOf(value: Json): string {
  try {
    return stringifyCompact(value);
  } catch {
    // A parser takes values that are nested more deeply than the stack lets them be printed.
    return `${Array.isArray(value) ? "an array" : "an object"} that is nested too deeply to be shown`;
  }
}

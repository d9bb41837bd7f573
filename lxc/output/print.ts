import { system } from "#system";
import { type Json, stringify } from "../../lib/cni/json.ts";

/** Prints text for people. */
export function print(text: string): void {
  system.writeStandardOutput(text);
}

/** Prints a value for programs: one JSON document, and a newline. */
export function printJson(value: Json): void {
  system.writeStandardOutput(`${stringify(value)}\n`);
}

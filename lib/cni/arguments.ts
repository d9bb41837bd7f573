import { CniError, Code } from "./error.ts";

/**
 * The keys of CNI_ARGS that a plugin of ours takes. All of them take all, since bridge and the plugin that it
 * delegates to see the same variable; in the reference, `MAC=` for one makes the other fail.
 */
const knownKeys = ["IP", "MAC", "ADOPT", "IgnoreUnknown"];

/**
 * Parses CNI_ARGS, `K=V;K=V`, by the rules of the Go library (types.LoadArgs), with its texts.
 *
 * @throws CniError 4 for a malformed pair, and for an unknown key unless `IgnoreUnknown` is true.
 */
export function parseArguments(text: string): ReadonlyMap<string, string> {
  const pairs = text === "" ? [] : text.split(";");
  const found = new Map<string, string>();
  for (const pair of pairs) {
    const [key, value, ...more] = pair.split("=");
    if (key === undefined || value === undefined || more.length > 0) {
      throw new CniError(Code.invalidEnvironment, `ARGS: invalid pair "${pair}"`, "CNI_ARGS must be K=V;K=V");
    }
    found.set(key, value);
  }
  if (isIgnoringUnknown(found.get("IgnoreUnknown"))) return found;
  const unknown = pairs.filter((pair) => !knownKeys.includes(pair.split("=")[0] ?? ""));
  if (unknown.length > 0) {
    const list = unknown.map((pair) => JSON.stringify(pair)).join(" ");
    throw new CniError(
      Code.invalidEnvironment,
      `ARGS: unknown args [${list}]`,
      "add IgnoreUnknown=1 to CNI_ARGS to pass arguments for other plugins",
    );
  }
  return found;
}

function isIgnoringUnknown(value: string | undefined): boolean {
  if (value === undefined) return false;
  const folded = value.toLowerCase();
  if (folded === "1" || folded === "true") return true;
  if (folded === "0" || folded === "false") return false;
  throw new CniError(
    Code.invalidEnvironment,
    `ARGS: error parsing value of pair "IgnoreUnknown=${value}": boolean unmarshal error: invalid input ${value}`,
  );
}

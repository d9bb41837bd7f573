import { Code } from "../../lib/cni/error.ts";
import { refusalOf } from "../fixture/answer.ts";
import type { Answer } from "../fixture/network.ts";
import type { Reply } from "./model.ts";

/** What a plugin answered, in the model's terms. @throws Error when it died, or said something unheard-of */
export function replyOf(answer: Answer, by: "ours" | "go"): Reply {
  if (answer.status === 0) return { ips: (answer.json as { ips?: [] } | undefined)?.ips ?? [] };
  const refusal = refusalOf(answer);
  return { code: by === "ours" ? refusal.code : codeOfGo(refusal.msg) };
}

const codes: readonly (readonly [RegExp, number])[] = [
  [/: no IP addresses available in range set: /, Code.exhausted],
  [/, duplicate allocation is not allowed$/, Code.duplicateAllocation],
  [/: requested IP address \S+ is not available in range set /, Code.addressTaken],
  [/: requested ip \S+ is subnet's gateway$/, Code.addressOutside],
  [/^failed to allocate all requested IPs: /, Code.addressOutside],
  [/^host-local: Failed to find address added by container /, Code.leaseLost],
];

/** The code that ours have for what the Go plugin says, whose own code is 999 for all of it. */
function codeOfGo(message: string): number {
  const found = codes.find(([pattern]) => pattern.test(message));
  if (found === undefined) throw new Error(`the Go plugin said: ${message}`);
  return found[1];
}

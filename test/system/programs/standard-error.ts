import { system } from "#system";
import { observe } from "./observations.ts";

/** The last of what is observed, since after it nothing goes to standard error any more. */
export function observeStandardError(): void {
  observe("no more standard error", () => system.limitStandardError(0, 0));
  observe("standard error without room", () => system.writeStandardError("this would fail the test"));
}

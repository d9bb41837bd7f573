/** Tells the system's log what its arguments say, and says how that went. */

import { system } from "#system";
import { observe } from "./observations.ts";

system.run(() => {
  for (const text of system.arguments()) observe(text, () => system.log("err", text));
  return 0;
});

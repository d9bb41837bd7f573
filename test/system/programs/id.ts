/** Prints which build it is of. */

import { system } from "#system";

system.run(() => {
  system.writeStandardOutput(`${__BUILD_ID__} ${__VERSION__}\n`);
  return 0;
});

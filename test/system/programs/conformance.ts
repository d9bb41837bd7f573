/**
 * Uses all of {@linkcode System} that both hosts have, and prints what it sees.
 *
 * Its arguments: an empty directory, the paths of two new network namespaces, a file that is being written.
 */

import { system } from "#system";
import { observeCommands } from "./commands.ts";
import { observeFiles } from "./files.ts";
import { observeLocks } from "./locks.ts";
import { observeMessages } from "./messages.ts";
import { observeNetns } from "./netns.ts";
import { observeProcess } from "./process.ts";
import { observeStandardError } from "./standard-error.ts";
import { observeText } from "./text.ts";
import { observeWithin } from "./within.ts";

system.run(() => {
  const [directory = "", first = "", second = "", busy = ""] = system.arguments();
  observeProcess();
  observeFiles(directory);
  observeWithin(`${directory}-root`);
  observeText(directory);
  observeLocks(directory);
  observeCommands(directory, busy);
  observeMessages();
  observeNetns(directory, first, second);
  observeStandardError();
  return 7;
});

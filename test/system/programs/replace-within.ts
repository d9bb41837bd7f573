/** Replaces a file within a root: `ROOT PATH TEXT`. */

import { system } from "#system";

system.run(() => {
  const [root = "", path = "", text = ""] = system.arguments();
  system.replaceWithin(root, path, text, { userId: 0, groupId: 0, mode: 0o644 });
  return 0;
});

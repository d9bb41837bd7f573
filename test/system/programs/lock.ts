/** Says when it begins to wait for the lock of a file, and when it has got it; its patience is the second argument. */

import { system } from "#system";

system.run(() => {
  const [path = "", patience = ""] = system.arguments();
  system.writeStandardOutput("waiting\n");
  const lock = system.lock(path, { patience: Number(patience), mode: 0o600 });
  system.writeStandardOutput(lock === undefined ? "refused\n" : "locked\n");
  system.readStandardInput();
  return 0;
});

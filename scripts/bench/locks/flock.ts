/**
 * Takes locks as the plugins do.
 *
 * usage: flock FILE free      takes and gives back a lock a thousand times, and prints how many milliseconds that took
 *        flock FILE hold      takes it, prints a line, and keeps it
 *        flock FILE take      prints how many milliseconds it took to get it
 */

import { system } from "#system";

system.run(() => {
  const [path = "", what] = system.arguments();
  const take = () => system.lock(path, { patience: 60_000, mode: 0o600 });
  const start = system.monotonic();
  if (what === "free") for (let number = 0; number < 1000; number++) take()?.release();
  else take();
  system.writeStandardOutput(`${system.monotonic() - start}\n`);
  if (what === "hold") system.readStandardInput();
  return 0;
});

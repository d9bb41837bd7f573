import { system } from "#system";
import { observe } from "./observations.ts";

/** @param base A directory to write in. */
export function observeLocks(base: string): void {
  const look = (name: string, action: () => unknown) => observe(name, action, { [base]: "BASE" });
  const path = `${base}/lock`;
  const attempt = (options: { shared?: boolean; patience?: number }) => {
    const lock = system.lock(path, { patience: 0, mode: 0o600, ...options });
    lock?.release();
    return lock !== undefined;
  };

  look("lock, free", () => attempt({}));
  look("lock, file stays", () => system.status(path)?.mode.toString(8));

  const exclusive = system.lock(path, { patience: 0, mode: 0o600 });
  look("lock, held", () => attempt({}));
  look("lock, held, shared", () => attempt({ shared: true }));
  look("lock, held, with patience", () => attempt({ patience: 30 }));
  look("lock, patience is kept", () => {
    const before = system.monotonic();
    attempt({ patience: 30 });
    return system.monotonic() - before >= 30;
  });
  exclusive?.release();
  exclusive?.release();
  look("lock, released", () => attempt({ patience: 30 }));

  const shared = system.lock(path, { shared: true, patience: 0, mode: 0o600 });
  look("lock, shared by others", () => attempt({}));
  look("lock, shared by others, shared", () => attempt({ shared: true }));
  shared?.release();

  look("lock, a command does not inherit it", () => {
    const held = system.lock(path, { patience: 0, mode: 0o600 });
    const shell = "sleep 1000 > /dev/null 2>&1 & echo $!";
    const pid = system
      .start({ program: "sh", arguments: ["-c", shell], deadline: 5000 })
      .wait()
      .output.trim();
    held?.release();
    const free = attempt({});
    system.start({ program: "kill", arguments: [pid], deadline: 5000 }).wait();
    return free;
  });
  look("lock, no directory", () => system.lock(`${base}/missing/lock`, { patience: 0, mode: 0o600 }));
  look("lock, directory", () => system.lock(base, { patience: 0, mode: 0o600 }));
}

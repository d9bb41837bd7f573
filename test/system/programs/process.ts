import { system } from "#system";
import { observe } from "./observations.ts";

export function observeProcess(): void {
  observe("arguments after the fourth", () => system.arguments().slice(4));
  const { EMPTY, ILL_FORMED, MISSING } = system.environment();
  observe("environment", () => ({ EMPTY, ILL_FORMED, MISSING }));
  observe("pid is that of /proc/self", () => system.readText("/proc/self/stat").startsWith(`${system.pid} `));
  observe("userId", () => system.userId);
  observe("nobody reads on a terminal", () => [system.isTerminal("output"), system.isTerminal("errors")]);
  observe("nobody asks it to end", () => system.isAskedToEnd());
  observe("random lengths", () => [0, 1, 16, 100_000].map((length) => system.random(length).length));
  observe("random type", () => Object.prototype.toString.call(system.random(1)));
  const draws = [system.random(16), system.random(16)].map(String);
  observe("random differs", () => new Set(draws).size);

  const before = system.monotonic();
  system.sleep(20);
  system.sleep(0);
  system.sleep(-1);
  observe("a sleep of 20 ms takes no less", () => system.monotonic() - before >= 20);
  observe("monotonic has fractions", () => [1, 2, 3, 4].some(() => system.monotonic() % 1 !== 0));
  observe(
    "now is a whole number in this millennium",
    () => Number.isInteger(system.now()) && system.now() > 1e12,
  );
}

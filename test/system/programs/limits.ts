/** Goes beyond what the native engine allows, and prints what it gets for that. */

import { system } from "#system";
import { observe } from "./observations.ts";

function recurse(depth: number): number {
  return 1 + recurse(depth + 1);
}

function kindOf(action: () => unknown): string {
  try {
    action();
    return "nothing";
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : "something else";
  }
}

system.run(() => {
  observe("deep JSON", () => kindOf(() => JSON.parse("[".repeat(100_000))));
  observe("endless recursion", () => kindOf(() => recurse(0)));
  observe("more than 256 MB", () => kindOf(() => new Uint8Array(300 << 20)));
  observe("more than 256 MB, step by step", () =>
    kindOf(() => {
      for (const kept: Uint8Array[] = []; ; ) kept.push(new Uint8Array(10 << 20));
    }),
  );
  observe("more than 256 MB, read", () => {
    system
      .start({ program: "truncate", arguments: ["-s", "300M", system.arguments()[0] ?? ""], deadline: 5000 })
      .wait();
    return kindOf(() => system.readText(system.arguments()[0] ?? ""));
  });
  return 0;
});

import { system } from "#system";
import { tell } from "./later/shared.ts";

/** What main() comes to, by the word that it is called with. */
const ways: Readonly<Record<string, () => number | Promise<number>>> = {
  without: () => tell("without"),
  with: () => import("./later/part.ts").then(({ answer }) => answer()),
  failing: () => import("./later/failing.ts").then(() => 0),
  twice: async () => {
    const [first, second] = [await import("./later/part.ts"), await import("./later/part.ts")];
    return first === second ? first.answer() : 99;
  },
};

system.run(() => ways[system.arguments()[0] ?? ""]?.() ?? 99);

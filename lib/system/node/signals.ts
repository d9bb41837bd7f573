import { constants } from "node:os";
import { writeAll } from "./streams.ts";

/** The number of a signal by its name. */
export function signalNumber(name: NodeJS.Signals): number {
  return constants.signals[name];
}

/** {@linkcode System.run}. */
export async function run(main: () => number | Promise<number>): Promise<void> {
  let received: NodeJS.Signals | undefined;
  for (const name of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      received ??= name;
    });
  }
  const status = await runGuarded(main);
  const exit = () => process.exit(received === undefined ? status : 128 + signalNumber(received));
  // Node tells of a signal when its event loop polls. The first of these may come before the next time it does.
  setImmediate(() => setImmediate(exit));
}

/** What is thrown ends the program, with a stack trace for developers only. */
async function runGuarded(main: () => number | Promise<number>): Promise<number> {
  try {
    return (await main()) & 0xff;
  } catch (error) {
    const trace = process.env.LXC_CNI_DEBUG === "1" && error instanceof Error ? error.stack : undefined;
    writeAll(2, `${trace ?? String(error)}\n`);
    return 1;
  }
}

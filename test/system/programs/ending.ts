/** Ends, or fails to, in the way that its first argument names. */

import { system } from "#system";

const ways: Readonly<Record<string, () => number>> = {
  status: () => Number(system.arguments()[1]),
  wait() {
    const [, fifo = ""] = system.arguments();
    system.writeStandardOutput("ready\n");
    system.start({ program: "sh", arguments: ["-c", 'read line < "$0"', fifo], deadline: 20_000 }).wait();
    return 5;
  },
  until() {
    system.writeStandardOutput("ready\n");
    while (!system.isAskedToEnd());
    return 5;
  },
  echo() {
    system.writeStandardOutput("ready\n");
    system.writeStandardOutput(system.readStandardInput());
    return 0;
  },
  large() {
    system.writeStandardOutput("x".repeat(1 << 20));
    return 0;
  },
  complain() {
    system.writeStandardError("to nobody\n");
    return 0;
  },
  command() {
    const { status, output } = system
      .start({ program: "sh", arguments: ["-c", "echo done; exit 3"], deadline: 10_000 })
      .wait();
    system.writeStandardOutput(`${status} ${output}`);
    return 0;
  },
  late() {
    const sleep = (deadline: number) => system.start({ program: "sleep", arguments: ["60"], deadline });
    const hasEnded = sleep(60_000).hasEnded(1);
    system.writeStandardOutput(`${hasEnded} ${sleep(1).wait().late}\n`);
    return 0;
  },
  file() {
    system.replaceFile(system.arguments()[1] ?? "", "x".repeat(1000), 0o600);
    return 0;
  },
  throw() {
    throw new RangeError("thrown in run");
  },
  throwText() {
    throw "a text";
  },
  reject() {
    Promise.reject(new Error("rejected"));
    return 0;
  },
};

const [way = ""] = system.arguments();
if (way === "throwOutside") throw new Error("thrown outside of run");
system.run(() => ways[way]?.() ?? 99);

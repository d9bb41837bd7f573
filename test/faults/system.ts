import { system as real } from "../../lib/system/native.ts";
import type { NetlinkSocket, OpenFile, Outcome, Running, System } from "../../lib/system/system.ts";

/**
 * The native system with one fault in it, for executables that `faults` built. LXC_CNI_FAULT says which:
 *
 * * `count`: none; the number of steps goes to standard error at the end, and which of them wait for a command.
 * * `fail:N`: step N does not happen, and throws as a failed system call does.
 * * `late:N`: step N happens, and throws all the same: nobody knows what came of it. (Not the start of a command, of
 *   which that is known.)
 * * `timeout:N`: in step N a command is waited for; it does its work, and is ended because its time is over.
 * * `kill:N`: before step N the process is ended by SIGKILL.
 *
 * A step is whatever reads from the host or changes it, waiting for a command and each datagram included.
 */
const [kind = "none", number = "0"] = (real.environment().LXC_CNI_FAULT ?? "").split(":");
const faultyStep = Number(number);
let steps = 0;
const waits: number[] = [];

function step<T>(name: string, action: () => T): T {
  steps += 1;
  if (name === "wait") waits.push(steps);
  if (steps !== faultyStep || kind === "count" || kind === "timeout") return action();
  if (kind === "kill") {
    real.start({ program: "kill", arguments: ["-KILL", String(real.pid)], deadline: 10_000 }).wait();
  }
  // Waiting changes nothing: a command goes on to its end, whether it could be waited for or not.
  if (kind === "late" || name === "wait") {
    const result = action();
    if (name === "start") return result;
  }
  throw Object.assign(new Error(`EIO: injected at step ${steps}, ${name}`), { code: "EIO", syscall: name });
}

/** The functions that are steps; the others cannot fail, or are how the process begins and ends. */
const counted = [
  "readText",
  "readRegular",
  "readTail",
  "writeInPlace",
  "createFile",
  "replaceFile",
  "replaceWithin",
  "linkFile",
  "makeSymbolicLink",
  "renameFile",
  "removeFile",
  "removeDirectory",
  "makeDirectory",
  "listDirectory",
  "status",
  "setModified",
  "realPath",
  "lock",
  "openNetns",
] as const satisfies (keyof System)[];

function wrapFile(file: OpenFile): OpenFile {
  return {
    ...file,
    read: (offset, length) => step("read", () => file.read(offset, length)),
    write: (offset, bytes) => step("write", () => file.write(offset, bytes)),
    truncate: () => step("truncate", file.truncate),
  };
}

function wrapSocket(socket: NetlinkSocket): NetlinkSocket {
  return {
    ...socket,
    send: (datagram) => step("send", () => socket.send(datagram)),
    sendAside: (datagram) => step("send", () => socket.sendAside(datagram)),
    receive: (patience) => step("receive", () => socket.receive(patience)),
  };
}

/** How a command ended that was given no more time. */
const ended: Outcome = { status: undefined, signal: 9, late: true, output: "", errors: "" };

function wrapRunning(running: Running): Running {
  let outcome: Outcome | undefined;
  const wait = () => {
    const real = running.wait();
    return kind === "timeout" && steps === faultyStep ? ended : real;
  };
  return {
    hasEnded: (patience) => running.hasEnded(patience),
    wait() {
      // A second call gives the same answer, and is no step.
      outcome ??= step("wait", wait);
      return outcome;
    },
  };
}

const wrapped = Object.fromEntries(
  counted.map((name) => {
    const original = real[name] as (...args: unknown[]) => unknown;
    return [name, (...args: unknown[]) => step(name, () => original.apply(real, args))];
  }),
);

export const system: System = {
  ...real,
  ...wrapped,
  openFile: (...what) => {
    const file = step("openFile", () => real.openFile(...what));
    return file && wrapFile(file);
  },
  openNetlink: (...where) => {
    const socket = step("openNetlink", () => real.openNetlink(...where));
    return socket && wrapSocket(socket);
  },
  openNetfilter: () => {
    const socket = step("openNetfilter", () => real.openNetfilter());
    return socket && wrapSocket(socket);
  },
  start: (command) => wrapRunning(step("start", () => real.start(command))),
  run: (main) =>
    real.run(() => {
      const status = main();
      if (kind === "count") {
        real.writeStandardError(`steps: ${steps}\nsteps that wait: ${waits.join(" ")}\n`);
      }
      return status;
    }),
};

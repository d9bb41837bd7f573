import { system } from "#system";
import { buildId, packageVersion } from "../lib/cni/build.ts";
import { CniError, describe } from "../lib/cni/error.ts";
import { isSystemError } from "../lib/system/error.ts";
import { runHook } from "./hook.ts";
import { UsageError } from "./usage-error.ts";

const usage = `usage: lxc-cni hook [--net-dir DIR]... [--cni-path DIR[:DIR]...] NETWORK[:INTERFACE]...
       lxc-cni version
       lxc-cni help

  hook     called by LXC, as lxc.hook.start-host, lxc.hook.stop and lxc.hook.post-stop: attaches the container to the
           networks when it starts, and detaches it when it has stopped. A NETWORK is a name, looked for in
           /etc/lxc-cni/net.d and then in /etc/cni/net.d, or the path of a file. Its interface in the container is
           eth0, eth1 and so on, unless INTERFACE names it.
           --net-dir   look for networks there instead
           --cni-path  look for plugins there, after the directory of lxc-cni itself
  version  prints the version
`;

/**
 * Runs a command line.
 *
 * @param words The arguments, without the program.
 * @returns the exit status: 0 when it did what it was asked for, 1 when that failed, 2 when it was not understood.
 */
export function runCommand(words: readonly string[]): number {
  const [command = "", ...rest] = words;
  try {
    switch (command) {
      case "hook":
        return runHook(rest);
      case "version":
      case "--version":
        system.writeStandardOutput(`lxc-cni ${packageVersion} (build ${buildId})\n`);
        return 0;
      case "help":
      case "--help":
      case "-h":
        system.writeStandardOutput(usage);
        return 0;
      default:
        throw new UsageError(command === "" ? "there is no command" : `there is no command "${command}"`);
    }
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    system.writeStandardError(`lxc-cni: ${error.message}\n${usage}`);
    return 2;
  }
  if (!(error instanceof CniError) && !isSystemError(error)) throw error;
  system.writeStandardError(`lxc-cni: ${describe(error)}\n`);
  return 1;
}

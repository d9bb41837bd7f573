import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { endProcess, makeContainer, startProcess } from "../namespace.mjs";
import { environment, network, writeConfiguration } from "../network.mjs";

/**
 * The hooks of a start and a stop, as LXC calls them with lxc.hook.version = 1.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const hookContest = {
  name: "hook",
  prepare: (place) => {
    const container = makeContainer("c1");
    const configuration = writeConfiguration(place, "network", { ...network, ipMasq: true });
    let pid = 0;
    const step = (type, prepare) => ({
      name: type,
      run: () => {
        prepare();
        return [callHook(place, type, pid, configuration)];
      },
    });
    const start = step("start-host", () => {
      pid = startProcess(container);
    });
    return [{ name: "bin", steps: [start, step("stop", () => endProcess(pid))] }];
  },
  lines: [
    { what: "lxc-cni hook, start-host, ipMasq by iptables", step: "start-host" },
    { what: "lxc-cni hook, stop, ipMasq by iptables", step: "stop" },
    { what: "memory of lxc-cni, start-host", unit: "MB", step: "start-host", limit: { most: 4 } },
  ],
};

function callHook({ programs, work, directories: { bin } }, type, pid, configuration) {
  return runCommand(programs.launch, {
    argv: [join(bin, "lxc-cni"), "hook", configuration],
    output: join(work, "output"),
    environment: {
      ...environment,
      LXC_NAME: "c1",
      LXC_CONFIG_FILE: "/var/lib/lxc/c1/config",
      LXC_HOOK_TYPE: type,
      LXC_HOOK_SECTION: "lxc",
      LXC_HOOK_VERSION: "1",
      LXC_PID: String(pid),
    },
  });
}

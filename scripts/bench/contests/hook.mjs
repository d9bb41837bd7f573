import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { go } from "../contest.mjs";
import { endProcess, makeContainer, startProcess } from "../namespace.mjs";
import { environment, network, writeConfiguration } from "../network.mjs";

/**
 * The hooks of a start and a stop, as LXC calls them with lxc.hook.version = 1: those of `lxc-cni`, and a shell script that
 * calls the Go plugins.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const hookContest = {
  name: "hook",
  prepare: (place) => {
    const container = makeContainer("c1");
    const configuration = writeConfiguration(place, "network", { ...network, ipMasq: true });
    return hooksOf(place, configuration).map(({ name, lines }) => {
      let pid = 0;
      const step = (type, prepare) => ({
        name: type,
        run: () => {
          prepare();
          return [callHook(place, lines[type], { type, name: "c1", pid, container })];
        },
      });
      const start = step("start-host", () => {
        pid = startProcess(container);
      });
      return { name, steps: [start, step("stop", () => endProcess(pid))] };
    });
  },
  lines: [
    {
      what: "hook, start-host, ipMasq by iptables",
      step: "start-host",
      limit: { ratio: 0.3 },
      point: { hook: "hook at start" },
    },
    { what: "hook, stop, ipMasq by iptables", step: "stop", point: { hook: "hook at stop" } },
    {
      what: "memory of lxc-cni, start-host",
      unit: "MB",
      step: "start-host",
      limit: { most: 4 },
      point: { memory: "hook, start-host" },
    },
  ],
};

/**
 * What the lines of a container's configuration call at start and at stop.
 *
 * @param {import("../contest.mjs").Place} place
 * @param {string} configuration The file of the network.
 */
export function hooksOf({ work, directories }, configuration) {
  const own = `${join(directories.bin, "lxc-cni")} hook ${configuration}`;
  const ours = { name: "bin", lines: { "start-host": own, stop: own } };
  if (directories.go === undefined) return [ours];
  const lines = Object.fromEntries(
    [
      ["start-host", "ADD"],
      ["stop", "DEL"],
    ].map(([type, verb]) => [type, writeScript(join(work, type), verb, directories.go, configuration)]),
  );
  return [ours, { name: go, lines }];
}

/** The shell script that people write; returns its path. At stop, LXC has the namespace held for its hooks. */
function writeScript(path, verb, directory, configuration) {
  const netns = verb === "ADD" ? "/proc/$LXC_PID/ns/net" : "$LXC_NET_NS";
  const variables = `CNI_COMMAND=${verb} CNI_CONTAINERID=$LXC_NAME CNI_NETNS=${netns} CNI_IFNAME=eth0`;
  writeFileSync(
    path,
    `#!/bin/sh\n${variables} CNI_PATH=${directory} exec ${directory}/bridge < ${configuration}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

/**
 * Calls a hook as LXC does: a shell starts it.
 *
 * @param {import("../contest.mjs").Place} place
 * @param {string} line What the container's configuration says.
 * @param {{ type: string, name: string, pid: number, container: string }} call Of which container: its first process, and
 *   the path of its namespace.
 * @returns {import("../contest.mjs").Cost}
 */
export function callHook({ programs, work }, line, { type, name, pid, container }) {
  return runCommand(programs.launch, {
    argv: ["/bin/sh", "-c", `exec ${line}`],
    output: join(work, "output"),
    environment: {
      ...environment,
      LXC_NAME: name,
      LXC_CONFIG_FILE: `/var/lib/lxc/${name}/config`,
      LXC_HOOK_TYPE: type,
      LXC_HOOK_SECTION: "lxc",
      LXC_HOOK_VERSION: "1",
      LXC_PID: String(pid),
      ...(type === "stop" ? { LXC_NET_NS: container } : {}),
    },
  });
}

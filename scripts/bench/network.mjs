import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCommand } from "./command.mjs";

/** What a plugin is started with, but for the CNI variables. */
export const environment = {
  PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`,
  LC_ALL: "C",
};

/** A network as the quickstart has it, without masquerade. */
export const network = {
  cniVersion: "1.0.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  hairpinMode: true,
  ipam: { type: "host-local", subnet: "10.10.0.0/16" },
};

/**
 * A plugin as it is called here.
 *
 * @typedef {object} Plugin
 * @property {string} name Of the contestant.
 * @property {string} directory Where it and its IPAM plugin are.
 * @property {Record<string, string>} [environment] What it is given beside the usual variables.
 * @property {string} [executable] `bridge` when absent.
 */

/**
 * Writes a configuration.
 *
 * @param {import("./contest.mjs").Place} place
 * @param {string} name
 * @param {object} configuration
 * @returns {string} The path of the file.
 */
export function writeConfiguration({ work }, name, configuration) {
  const path = join(work, `${name.replaceAll("/", "-")}.conf`);
  writeFileSync(path, JSON.stringify(configuration));
  return path;
}

/**
 * Calls a plugin as a runtime does.
 *
 * @param {import("./contest.mjs").Place} place
 * @param {Plugin} plugin
 * @param {object} call
 * @param {string} call.verb
 * @param {string} call.container Its id.
 * @param {string} call.netns The path of its namespace.
 * @param {string} [call.interface] `eth0` when absent.
 * @param {string} call.input The file with the configuration.
 * @param {number} [call.count] How many calls at once; `%d` in the fields above is the number of each.
 * @returns {import("./contest.mjs").Cost}
 */
export function callPlugin({ programs, work }, plugin, call) {
  return runCommand(programs.launch, {
    argv: [join(plugin.directory, plugin.executable ?? "bridge")],
    input: call.input,
    output: join(work, "output"),
    count: call.count,
    environment: {
      ...environment,
      ...plugin.environment,
      CNI_COMMAND: call.verb,
      CNI_CONTAINERID: call.container,
      CNI_NETNS: call.netns,
      CNI_IFNAME: call.interface ?? "eth0",
      CNI_PATH: plugin.directory,
    },
  });
}

/**
 * Attaches a container, for a contest that needs one.
 *
 * @throws when that fails.
 */
export function attach(place, plugin, call) {
  const { failure } = callPlugin(place, plugin, { ...call, verb: "ADD" });
  if (failure !== undefined) throw new Error(`ADD of ${plugin.name}: ${failure}`);
}

/** What the plugin called last printed, as JSON; undefined where it is none. */
export function lastResult({ work }) {
  try {
    return JSON.parse(readFileSync(join(work, "output"), "utf8"));
  } catch {
    return undefined;
  }
}

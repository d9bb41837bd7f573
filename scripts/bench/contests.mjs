import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { endProcess, makeContainer, startProcess } from "./namespace.mjs";

/**
 * Something that several contestants can do, each in its own way.
 *
 * @typedef {object} Contest
 * @property {string} name
 * @property {Contestant[]} contestants They take turns.
 */

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {Step[]} steps Taken one after the other in each turn; they leave things as they were before.
 */

/**
 * A command that is measured.
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} argv
 * @property {Record<string, string>} environment
 * @property {string} [input] The file that it reads.
 * @property {() => Record<string, string>} [prepare] Makes things as they have to be, and returns variables that the
 *   environment lacks.
 */

/** What the result of a contestant is called by. @type {(contest: string, step: string, contestant: string) => string} */
export const keyOf = (contest, step, contestant) => `${contest} ${step}, ${contestant}`;

/**
 * Where the contestants are.
 *
 * @typedef {object} Directories
 * @property {string} bin Native executables.
 * @property {string} js Bundles for Node.js.
 * @property {string} [go] The Go plugins, where they could be had.
 */

const network = {
  cniVersion: "0.3.1",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  forceAddress: false,
  hairpinMode: true,
  ipam: { type: "host-local", subnet: "10.10.0.0/16" },
};

const common = {
  PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`,
  LC_ALL: "C",
};

/**
 * All contests, ready to begin.
 *
 * @param {Directories} directories
 * @param {string} work A directory for files that the contestants read.
 * @returns {Contest[]}
 */
export function prepareContests({ bin, js, go }, work) {
  const plugins = [
    { name: "bin", directory: bin, environment: common },
    ...(go === undefined ? [] : [{ name: "go", directory: go, environment: common }]),
    { name: "bin with iproute2", directory: bin, environment: { ...common, LXC_CNI_LINKS: "iproute2" } },
    { name: "js", directory: js, environment: common },
  ];
  const container = makeContainer("c1");
  const save = (file, configuration) => {
    const path = join(work, file);
    writeFileSync(path, JSON.stringify(configuration));
    return path;
  };
  const masqueraded = save("masqueraded.conf", { ...network, ipMasq: true });
  const plain = save("plain.conf", network);
  const attachWith = (executable, input) =>
    plugins.map((plugin) => ({
      name: plugin.name,
      steps: attachmentSteps(plugin, executable, container, input),
    }));

  return [
    { name: "start", contestants: [trueContestant, ...plugins.map(versionContestant)] },
    { name: "ipMasq", contestants: attachWith("bridge", masqueraded) },
    { name: "no ipMasq", contestants: attachWith("bridge", plain) },
    { name: "host-local", contestants: attachWith("host-local", plain) },
    {
      name: "hook",
      contestants: plugins
        .filter(({ name }) => name !== "go")
        .map((plugin) => ({ name: plugin.name, steps: hookSteps(plugin, container, masqueraded) })),
    },
  ];
}

/** @type {Contestant} */
const trueContestant = {
  name: "true",
  steps: [{ name: "VERSION", argv: ["/bin/true"], environment: common }],
};

/** @returns {Contestant} */
function versionContestant({ name, directory, environment }) {
  const argv = [join(directory, "bridge")];
  return {
    name,
    steps: [{ name: "VERSION", argv, environment: { ...environment, CNI_COMMAND: "VERSION" } }],
  };
}

/** ADD and DEL, as a runtime calls them. @returns {Step[]} */
function attachmentSteps({ directory, environment }, executable, container, input) {
  return ["ADD", "DEL"].map((verb) => ({
    name: verb,
    argv: [join(directory, executable)],
    input,
    environment: {
      ...environment,
      CNI_COMMAND: verb,
      CNI_CONTAINERID: "c1",
      CNI_NETNS: container,
      CNI_IFNAME: "eth0",
      CNI_PATH: directory,
    },
  }));
}

/** The hooks of a start and a stop, as LXC calls them with lxc.hook.version = 1. @returns {Step[]} */
function hookSteps({ directory, environment }, container, configuration) {
  const argv = [join(directory, "lxc-cni"), "hook", configuration];
  let pid = 0;
  const step = (type, prepare) => ({
    name: type,
    argv,
    environment: {
      ...environment,
      LXC_NAME: "c1",
      LXC_CONFIG_FILE: "/var/lib/lxc/c1/config",
      LXC_HOOK_TYPE: type,
      LXC_HOOK_SECTION: "lxc",
      LXC_HOOK_VERSION: "1",
    },
    prepare: () => {
      prepare();
      return { LXC_PID: String(pid) };
    },
  });
  return [
    step("start-host", () => {
      pid = startProcess(container);
    }),
    step("stop", () => endProcess(pid)),
  ];
}

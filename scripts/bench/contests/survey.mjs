import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { makeContainer, startProcess } from "../namespace.mjs";
import { environment, network, writeConfiguration } from "../network.mjs";
import { callHook, hooksOf } from "./hook.mjs";

/** How many containers there are. */
const count = 100;

/**
 * Looking at many containers that run.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const surveyContest = {
  name: `${count} containers`,
  share: 0.25,
  prepare: (place) => {
    const configuration = writeConfiguration(place, "network", {
      ...network,
      cniVersion: "1.0.0",
      ipMasq: true,
    });
    const [{ lines }] = hooksOf(place, configuration);
    for (let number = 1; number <= count; number++) {
      const container = makeContainer(`c${number}`);
      const call = { type: "start-host", name: `c${number}`, pid: startProcess(container), container };
      const { failure } = callHook(place, lines["start-host"], call);
      if (failure !== undefined) throw new Error(`hook of c${number}: ${failure}`);
    }
    return [{ name: "bin", steps: ["ls", "check"].map((command) => stepOf(place, command)) }];
  },
  lines: ["ls", "check"].map((step) => ({
    what: `lxc-cni ${step}, ${count} containers`,
    step,
    point: { survey: step },
  })),
};

function stepOf({ programs, work, directories: { bin } }, command) {
  const run = () => [
    runCommand(programs.launch, {
      argv: [join(bin, "lxc-cni"), command],
      output: join(work, "output"),
      environment,
    }),
  ];
  return { name: command, run };
}

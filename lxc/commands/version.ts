import { system } from "#system";
import { buildId, engineVersions, packageVersion } from "../../lib/cni/build.ts";
import { command } from "../command-line/command.ts";

/** `lxc-cni version` */
export const version = command({
  name: "version",
  summary: "prints the version",
  parameters: [],
  options: {},
  description: `Prints the version, the id that executables of one build share, and what is inside of them: the engine, and the C
library that it is linked with.`,
  examples: [{ line: "lxc-cni version", does: "prints the version" }],
  run() {
    system.writeStandardOutput(`lxc-cni ${packageVersion} (build ${buildId})\n${engineVersions}\n`);
    return 0;
  },
});

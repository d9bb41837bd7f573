import { system } from "#system";
import { buildId, packageVersion } from "../../lib/cni/build.ts";
import { command } from "../command-line/command.ts";

/** `lxc-cni version` */
export const version = command({
  name: "version",
  summary: "prints the version",
  parameters: [],
  options: {},
  description: "Prints the version, and the id that executables of one build share.",
  examples: [{ line: "lxc-cni version", does: "prints the version" }],
  run() {
    system.writeStandardOutput(`lxc-cni ${packageVersion} (build ${buildId})\n`);
    return 0;
  },
});

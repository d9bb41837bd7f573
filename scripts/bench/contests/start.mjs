import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { environment } from "../network.mjs";
import { pluginsOf } from "./attachment.mjs";

/**
 * What a program costs before it does anything: VERSION, beyond a program that does nothing.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const startContest = {
  name: "start",
  prepare: (place) => [
    contestant(place, "true", "/bin/true", environment),
    ...pluginsOf(place).map(({ name, directory }) =>
      contestant(place, name, join(directory, "bridge"), { ...environment, CNI_COMMAND: "VERSION" }),
    ),
  ],
  lines: [
    { what: "VERSION, more than /bin/true", step: "VERSION", beyond: "true", limit: { most: 2 } },
    { what: "VERSION", step: "VERSION" },
  ],
};

function contestant({ programs, work }, name, program, variables) {
  const command = { argv: [program], environment: variables, output: join(work, "output") };
  return { name, steps: [{ name: "VERSION", run: () => [runCommand(programs.launch, command)] }] };
}

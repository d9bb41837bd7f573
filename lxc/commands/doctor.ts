import { command } from "../command-line/command.ts";
import { listContainers, requireContainer } from "../container/containers.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { print, printJson } from "../output/print.ts";
import { printable } from "../output/printable.ts";
import { type Emphasis, styled } from "../output/style.ts";

/** `lxc-cni doctor` */
export const doctor = command({
  name: "doctor",
  summary: "looks for what keeps containers from their network, and says what to do",
  parameters: [{ name: "CONTAINER", count: "optional", completes: "container" }],
  options: {
    "lxc-path": lxcPathOption,
    json: { kind: "flag", does: "print JSON" },
    quiet: { kind: "flag", short: "q", does: "leave out what is as it should be" },
  },
  description: `Looks at the kernel, the programs, the firewall, the networks and the containers of this host, or at one container of
it; nothing is changed. What is wrong keeps containers from their network; what is doubtful may. Below each of
them stands what to do about it. The exit status is 1 when something is wrong.`,
  examples: [
    { line: "lxc-cni doctor", does: "looks at the host and all containers" },
    { line: "lxc-cni doctor web", does: "looks at the host and the container web" },
    { line: "lxc-cni doctor --quiet --json", does: "what is not as it should be, for a program" },
  ],
  run({ words: [name], options: { "lxc-path": path, json, quiet } }) {
    const lxcPath = lxcPathOf(path);
    const containers = name === undefined ? listContainers(lxcPath) : [requireContainer(name, lxcPath)];
    const findings = examine(containers, name !== undefined);
    const shown = quiet ? findings.filter(({ verdict }) => verdict !== "ok") : findings;
    if (json) printJson(shown.map((finding) => ({ ...finding })));
    else print(shown.map(inWords).join(""));
    return findings.some(({ verdict }) => verdict === "wrong") ? 1 : 0;
  },
});

const emphases: Readonly<Record<Finding["verdict"], Emphasis>> = {
  ok: "good",
  doubtful: "doubtful",
  wrong: "bad",
};

/** As wide as the longest verdict. */
const width = 8;

function inWords({ verdict, what, where, remedy }: Finding): string {
  const mark = styled(verdict, emphases[verdict]) + " ".repeat(width - verdict.length);
  const more = [where, remedy === "" ? "" : `-> ${remedy}`].filter((line) => line !== "" && verdict !== "ok");
  return [`${mark}  ${what}`, ...more.map((line) => `${" ".repeat(width + 2)}${line}`)]
    .map((line) => `${printable(line)}\n`)
    .join("");
}

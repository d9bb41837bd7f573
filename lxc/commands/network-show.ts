import { CniError, Code } from "../../lib/cni/error.ts";
import { cachedAttachments } from "../../lib/runtime/cache.ts";
import { listNetworkFiles } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import { command } from "../command-line/command.ts";
import { detailsOf } from "../network/details.ts";
import { describeNetwork, networkAsJson, showNetwork, showRanges } from "../network/show.ts";
import { print, printJson } from "../output/print.ts";
import { printable } from "../output/printable.ts";

/** `lxc-cni network show` */
export const networkShow = command({
  name: "network show",
  summary: "says what a network is like, and how many addresses it has left",
  parameters: [{ name: "NETWORK", count: "one", completes: "network" }],
  options: { json: { kind: "flag", does: "print JSON" } },
  description: `Says in words what the configuration of a network does, which of its addresses are used and free, and who is
on it. The exit status is 1 when there is a problem.`,
  examples: [
    { line: "lxc-cni network show simplenet", does: "says what simplenet is like" },
    { line: "lxc-cni network show --json simplenet", does: "the same for a program" },
  ],
  run({ words: [name = ""], options: { json } }) {
    const files = listNetworkFiles(defaultDirectories);
    const found = files.find(({ network }) => network?.name === name);
    if (found?.network === undefined) {
      const names = files.flatMap(({ network }) => network?.name ?? []);
      throw new CniError(
        Code.invalidConfiguration,
        `there is no network "${name}"`,
        names.length === 0 ? "lxc-cni network create makes one" : `there is ${names.join(", ")}`,
      );
    }
    const shown = showNetwork(found, cachedAttachments());
    const ranges = showRangesIfAny(found.network);
    if (json) printJson(networkAsJson(shown, ranges));
    else print(linesOf(describeNetwork(shown, ranges, detailsOf(found.network).bridge)));
    return shown.problems.length > 0 ? 1 : 0;
  },
});

function showRangesIfAny(network: Parameters<typeof showRanges>[0]) {
  return detailsOf(network).problems.length > 0 ? [] : showRanges(network);
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line)}\n`).join("");
}

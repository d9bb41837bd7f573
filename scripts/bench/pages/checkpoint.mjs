import { checkpointContests } from "../contests/checkpoint.mjs";
import { seriesOf } from "./series.mjs";

/** How long a container is away that is saved and goes on. @type {import("../write-page.mjs").Page} */
export const checkpointPage = {
  name: "checkpoint",
  contests: checkpointContests.map(({ name }) => name),
  title: "The downtime of a container that is saved and goes on",
  introduction: `How long a client heard nothing, by a connection that stayed open, of a container with 10 MB of memory which
\`lxc-cni checkpoint\` saved and \`lxc-cni restore\` had go on: on the same host, and on another one (a network and mount
namespace of the same machine, so copying is as fast as memory). And what it is made of. CRIU has the processes stop, writes
their memory, and makes them again; LXC is what remains. Medians, which do not add up exactly.`,
  figure: (lines) => {
    const { values } = seriesOf(lines);
    return {
      title: "Downtime of a container with 10 MB of memory",
      description: "Milliseconds, all and by what took them. The numbers are in the table of the page.",
      series: ["median"],
      panels: ["one host", "two hosts"].map((panel) => ({
        kind: "bars",
        title: panel,
        horizontal: "of what",
        vertical: "milliseconds",
        // Nothing else can do it.
        values: values(({ host, part }) => (host === panel ? part : undefined)).slice(0, 1),
      })),
    };
  },
};

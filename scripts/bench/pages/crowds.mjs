import { crowdContests } from "../contests/crowd.mjs";
import { seriesOf } from "./series.mjs";

const networks = { plain: "no masquerade", iptables: "masquerade by iptables" };

/** Sizes that stand in the plot; others are in the table alone. */
const plotted = [1, 10, 50];

/** What attaching many containers at once costs. @type {import("../write-page.mjs").Page} */
export const crowdsPage = {
  name: "at-once",
  contests: crowdContests.map(({ name }) => name),
  title: "bridge, called by many at once",
  introduction: `How long it takes until the last of 1, 10, 50 and 60 containers is attached, or detached, when all are started at
once, on a network without masquerade and on one with rules in iptables. netavark's \`setup\` and \`teardown\` stand beside
ADD and DEL ([bench.md](../bench.md#netavark)).`,
  figure: (lines) => {
    const { names, values } = seriesOf(lines);
    return {
      title: "Many containers at once: until the last one is attached, or detached",
      description: "Milliseconds until the last one is done. The numbers are in the table of the page.",
      series: names,
      panels: ["ADD", "DEL"].flatMap((verb) =>
        Object.entries(networks).map(([kind, network]) => ({
          kind: "lines",
          title: `${verb}, ${network}`,
          horizontal: "containers at once",
          vertical: "milliseconds",
          values: values(({ verb: of, kind: on, atOnce }) =>
            of === verb && on === kind && plotted.includes(atOnce) ? atOnce : undefined,
          ),
        })),
      ),
    };
  },
};

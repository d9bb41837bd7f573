import { attachmentContests } from "../contests/attachment.mjs";
import { seriesOf } from "./series.mjs";

const networks = { iptables: "masquerade by iptables", nftables: "masquerade by nftables" };

/** What attaching a container costs among few and many others. @type {import("../write-page.mjs").Page} */
export const containersPage = {
  name: "containers",
  contests: attachmentContests.map(({ name }) => name),
  title: "bridge, among the rules of many containers",
  introduction: `How long ADD, CHECK and DEL of a container take where 0, 100 and 1000 others have rules, which are in the form in
which the Go plugins make them. The plot has the networks with masquerade; rules are nothing to those without. netavark
has rules for networks only, which do not grow with their containers.`,
  shows: ({ unit }) => unit === "ms",
  figure: (lines) => {
    const { names, values } = seriesOf(lines.map(withoutNetavark));
    return {
      title: "Attaching a container, by how many others have rules",
      description: "Milliseconds that ADD, CHECK and DEL take. The numbers are in the table of the page.",
      series: names,
      panels: ["ADD", "CHECK", "DEL"].flatMap((verb) =>
        Object.entries(networks).map(([kind, network]) => ({
          kind: "lines",
          title: `${verb}, ${network}`,
          horizontal: "other containers",
          vertical: "milliseconds",
          values: values((point) => (point.verb === verb && point.kind === kind ? point.others : undefined)),
        })),
      ),
    };
  },
};

function withoutNetavark(line) {
  return { ...line, others: line.others.filter(({ name }) => name !== "netavark") };
}

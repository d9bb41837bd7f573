import { go } from "../contest.mjs";

const verbs = ["VERSION", "ADD", "DEL"];

/** What the choice of engine, of netlink and of flock comes to. @type {import("../write-page.mjs").Page} */
export const foundationsPage = {
  name: "foundations",
  contests: ["start", "other ways", "lock, free", "lock, holder killed"],
  title: "What it is built on",
  introduction: `The same plugin as it is shipped, with the commands of iproute2 in place of netlink, and under Node.js in place of
QuickJS-ng, each compared with the Go plugin; and the kernel's locks compared with those that are usual in Node.js. The
network has masquerade by iptables. Why it was decided so: [architecture.md](../architecture.md#decisions-and-why).`,
  figure: (lines) => ({
    title: "The same plugin in other ways",
    description: "Milliseconds that VERSION, ADD and DEL take. The numbers are in the table of the page.",
    series: ["a call"],
    columns: 3,
    panels: verbs.map((verb) => ({
      kind: "bars",
      title: verb,
      horizontal: "masquerade by iptables",
      vertical: "milliseconds",
      values: [valuesOf(lines.filter(({ point }) => point?.verb === verb && point.way !== undefined))],
    })),
  }),
};

/** One of each way, and the Go plugin's, which each line has. */
function valuesOf(lines) {
  const ours = lines.map(({ point, ours: figure }) => ({ at: point.way, value: figure?.median }));
  const [reference] = lines.map((line) => line.reference).filter(({ name }) => name === go);
  return [...ours, { at: "Go", value: reference?.figure?.median }].filter(({ value }) => value !== undefined);
}

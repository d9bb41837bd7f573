import { attachmentContests } from "../contests/attachment.mjs";
import { seriesOf } from "./series.mjs";

/** What attaching a container costs, by the kind of network. @type {import("../write-page.mjs").Page} */
export const attachmentsPage = {
  name: "attachments",
  contests: [...attachmentContests.map(({ name }) => name), "hook", "lxc-start", "100 containers"],
  title: "bridge, by the kind of network",
  introduction: `How long ADD, CHECK and DEL of a container take: without masquerade, with its rules in iptables and in nftables, and
with those of IPv4 and IPv6, each among the rules of no other container and of 1000. The Go plugin's CHECK looks at no
rules, ours does. Below that, what LXC waits for: the hook, and a container's start.`,
  figure: (lines) => ({
    title: "A call of bridge, by the kind of network",
    description: "Milliseconds that ADD, CHECK and DEL take. The numbers are in the table of the page.",
    series: ["lxc-cni", "Go plugin"],
    panels: ["ADD", "CHECK", "DEL"].flatMap((verb) =>
      [0, 1000].map((others) => ({
        kind: "bars",
        title: `${verb}, among ${others} others`,
        horizontal: "network",
        vertical: "milliseconds",
        values: seriesOf(lines, `${verb}, ${others}`),
      })),
    ),
  }),
};

import { attachmentContests } from "../contests/attachment.mjs";
import { givenAddressContests } from "../contests/given-address.mjs";
import { seriesOf } from "./series.mjs";

/** What attaching a container costs, by the kind of network. @type {import("../write-page.mjs").Page} */
export const attachmentsPage = {
  name: "attachments",
  contests: [
    ...attachmentContests.filter(({ name }) => name.endsWith(", 0 others")),
    ...givenAddressContests,
  ].map(({ name }) => name),
  title: "bridge, by the kind of network",
  introduction: `How long ADD, CHECK and DEL of a container take: without masquerade, with its rules in iptables and in nftables, and
with those of IPv4 and IPv6. The Go plugin's CHECK looks at no rules, ours does. netavark's \`setup\` and \`teardown\` stand
beside ADD and DEL: it makes the same interfaces, but is given the addresses that the others choose, and has rules for
the network where the others have them for the container ([bench.md](../bench.md#netavark)). At last, ours does the same as
it as far as it can: the address is given, and rules are the network's.`,
  shows: ({ unit }) => unit === "ms",
  figure: (lines) => {
    const { names, values } = seriesOf(lines);
    return {
      title: "Attaching a container to a bridge, by the kind of network",
      description: "Milliseconds that ADD, CHECK and DEL take. The numbers are in the table of the page.",
      series: names,
      columns: 1,
      panels: [
        ...["ADD", "CHECK", "DEL"].map((verb) => ({
          kind: "bars",
          title: verb,
          horizontal: "network",
          vertical: "milliseconds",
          values: values((point) => (point.verb === verb ? labels[point.kind] : undefined)),
        })),
        {
          kind: "bars",
          title: "As netavark does it: the address is given, and rules are the network's",
          horizontal: "call and network",
          vertical: "milliseconds",
          values: values(({ given }) => given),
        },
      ],
    };
  },
};

const labels = {
  plain: "no masquerade",
  iptables: "masquerade, iptables",
  nftables: "masquerade, nftables",
  "dual stack": "IPv4 and IPv6, iptables",
};

import { leaseContests } from "../contests/leases.mjs";
import { seriesOf } from "./series.mjs";

/** What leases cost, by how many there are. @type {import("../write-page.mjs").Page} */
export const leasesPage = {
  name: "leases",
  contests: leaseContests.map(({ name }) => name),
  title: "host-local among many leases",
  introduction: `How long a call of \`host-local\` takes when others have leased so many addresses of the network's /16, and how long
200 calls at once take where there are no leases yet: from the first start to the last end, and the slowest from its own
start to its end.`,
  figure: (lines) => {
    const { names, values } = seriesOf(lines);
    return {
      title: "A call of host-local, by how many leases there are",
      description:
        "Milliseconds that ADD, CHECK and DEL take, and 200 calls at once. The numbers are in the table of the page.",
      series: names,
      panels: [
        ...["ADD", "CHECK", "DEL"].map((verb) => ({
          kind: "lines",
          title: verb,
          horizontal: "leases on the network",
          vertical: "milliseconds",
          values: values((point) => (point.verb === verb ? point.leases : undefined)),
        })),
        {
          kind: "bars",
          title: "200 at once",
          horizontal: "calls",
          vertical: "milliseconds",
          values: values(({ atOnce }) => atOnce),
        },
      ],
    };
  },
};

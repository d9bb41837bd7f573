import { seriesOf } from "./series.mjs";

/** What LXC and an administrator wait for. @type {import("../write-page.mjs").Page} */
export const lxcPage = {
  name: "lxc",
  contests: ["hook", "lxc-start", "100 containers"],
  title: "The hook, and a container's start",
  introduction: `How long LXC waits for \`lxc-cni hook\` at the start and at the stop of a container, compared with a shell script that
calls the Go plugin; how much longer lxc-start takes with it than without a network; and how long looking at 100
containers that run takes. The network has masquerade by iptables.`,
  shows: ({ unit }) => unit === "ms",
  figure: (lines) => {
    const { names, values } = seriesOf(lines);
    return {
      title: "What LXC waits for",
      description:
        "Milliseconds that the hooks take, that they add to lxc-start, and that two commands take. The numbers are in the table of the page.",
      series: names,
      panels: [
        {
          kind: "bars",
          title: "A container starts, and stops",
          horizontal: "masquerade by iptables",
          vertical: "milliseconds",
          values: values(({ hook }) => hook),
        },
        {
          kind: "bars",
          title: "Looking at 100 containers",
          horizontal: "command",
          vertical: "milliseconds",
          values: values(({ survey }) => survey && `lxc-cni ${survey}`),
        },
      ],
    };
  },
};

import { seriesOf } from "./series.mjs";

/** Memory, and the size of executables. @type {import("../write-page.mjs").Page} */
export const footprintPage = {
  name: "footprint",
  contests: ["ipMasq by iptables, 0 others", "host-local", "hook", "size"],
  title: "Memory and size",
  introduction: `The largest resident set of a call, that of the programs that it starts included (one at a time, not their sum), and
the sizes of the executables. \`lxc-cni\` is the hook, a runtime and two dozen commands; what is beside its memory is a shell
script that calls the Go plugin, as [bench.md](../bench.md) says. netavark's one executable is compared with \`bridge\`; it
is linked with the C library, which the others bring along.`,
  shows: ({ unit }) => unit === "MB",
  figure: (lines) => {
    const { names, values } = seriesOf(lines);
    return {
      title: "Memory and size",
      description:
        "Megabytes of memory that calls take, and of executables. The numbers are in the table of the page.",
      series: names,
      columns: names.length > 3 ? 1 : 2,
      panels: [
        {
          kind: "bars",
          title: "Memory of a call",
          horizontal: "call",
          vertical: "MB, largest resident set",
          values: values(({ memory }) => memory),
        },
        {
          kind: "bars",
          title: "Size",
          horizontal: "executable",
          vertical: "MB",
          values: values(({ size }) => size),
        },
      ],
    };
  },
};

import type { Graph, GraphEnd } from "../../lxc/graph/graph.ts";

/** Three bridges, and twelve containers with addresses of both families, some of which are on two bridges. */
export function largeGraph(): Graph {
  const bridges = [
    { name: "cnibr0", net: 10, networks: ["simplenet"], members: [1, 2, 3, 4, 5, 6] },
    { name: "cni-backnet", net: 20, networks: ["backnet", "backup"], members: [3, 7, 8, 9] },
    { name: "cni-lab", net: 30, networks: ["lab"], members: [9, 10, 11, 12] },
  ];
  return {
    bridges: bridges.map(({ name, net, networks, members }) => ({
      name,
      networks,
      problem: undefined,
      addresses: [`10.${net}.0.1/16`, `fd00:${net}:10::1/64`],
      ends: members.map((member, index) => end(member, net, index + 2)),
    })),
  };
}

const names = [
  "web",
  "db",
  "cache",
  "mail",
  "proxy",
  "build",
  "files",
  "queue",
  "search",
  "git",
  "chat",
  "monitoring",
];

function end(member: number, net: number, host: number): GraphEnd {
  const isSecond = (member === 3 && net === 20) || (member === 9 && net === 30);
  const state = member === 5 ? "broken" : member === 11 ? "stale" : "ok";
  return {
    container: names[member - 1] ?? "",
    interface: isSecond ? "eth1" : "eth0",
    addresses: [`10.${net}.0.${host}/16`, `fd00:${net}:10::${host}/64`],
    state,
    notes:
      state === "broken"
        ? ["veth2v54i77b4w6 is down"]
        : state === "stale"
          ? ["the container has stopped"]
          : [],
  };
}

import { mac, port } from "./guarded.ts";

const inTable = { family: "bridge", table: "nat" };
const comment = "macspoofchk-c1-eth0";
const [chain, macChain] = ["cni-br-iface-c1-eth0", "cni-br-iface-c1-eth0-mac"];

/** What the reference makes (plugins/pkg/link/spoofcheck_test.go), in the order in which nft lists it. */
export const ofReference = [
  { table: { family: "bridge", name: "nat" } },
  {
    chain: {
      ...{ ...inTable, name: "PREROUTING", type: "filter", hook: "prerouting", prio: -300, policy: "accept" },
    },
  },
  { chain: { ...inTable, name: chain } },
  { chain: { ...inTable, name: macChain } },
  {
    rule: {
      ...{ ...inTable, chain: "PREROUTING", comment },
      expr: [
        { match: { op: "==", left: { meta: { key: "iifname" } }, right: port } },
        { jump: { target: chain } },
      ],
    },
  },
  { rule: { ...inTable, chain, comment, expr: [{ jump: { target: macChain } }] } },
  {
    rule: {
      ...{ ...inTable, chain: macChain, comment },
      expr: [
        { match: { op: "==", left: { payload: { protocol: "ether", field: "saddr" } }, right: mac } },
        { return: null },
      ],
    },
  },
  { rule: { ...inTable, chain: macChain, comment, expr: [{ drop: null }] } },
];

import { network } from "./network.mjs";

const subnets = [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]];

/**
 * A kind of network.
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} label Its name in a plot.
 * @property {object} configuration
 * @property {(typeof import("./others.mjs").stores[number])[]} stores Where the rules of its containers are.
 * @property {import("./netavark.mjs").Network} netavark How netavark is told to make such a network.
 */

/** @type {Kind[]} */
export const kinds = [
  {
    name: "plain",
    label: "plain",
    configuration: { ...network, isDefaultGateway: false, isGateway: true },
    stores: ["iptables"],
    netavark: { driver: "none" },
  },
  {
    name: "ipMasq by iptables",
    label: "iptables",
    configuration: { ...network, ipMasq: true },
    stores: ["iptables"],
    netavark: { driver: "iptables" },
  },
  {
    name: "ipMasq by nftables",
    label: "nftables",
    configuration: { ...network, ipMasq: true, ipMasqBackend: "nftables" },
    stores: ["nftables"],
    netavark: { driver: "nftables" },
  },
  {
    name: "dual stack, ipMasq",
    label: "dual stack",
    configuration: { ...network, ipMasq: true, ipam: { type: "host-local", ranges: subnets } },
    stores: ["iptables", "ip6tables"],
    netavark: { driver: "iptables", dual: true },
  },
];

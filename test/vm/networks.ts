import type { Answer, CallOptions, Configuration } from "../fixture/network.ts";

/** A network of frames alone: nobody has an address. */
export const frames = { cniVersion: "1.0.0", name: "frames", type: "bridge", bridge: "cnibr0", ipam: {} };

/** A network in VLAN 100, whose gateway is the host. */
export const network100 = {
  cniVersion: "1.0.0",
  name: "network100",
  type: "bridge",
  bridge: "cnibr0",
  vlan: 100,
  isGateway: true,
  ipam: { type: "host-local", subnet: "10.1.0.0/24", routes: [{ dst: "0.0.0.0/0" }] },
};

/** What a runtime says in CHECK and DEL: the configuration, with what ADD answered as the previous result. */
export function withResult(configuration: Configuration, added: Answer): CallOptions {
  return { stdin: JSON.stringify({ ...configuration, prevResult: added.json }) };
}

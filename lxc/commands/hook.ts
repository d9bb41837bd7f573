import type { Command } from "../command-line/command.ts";
import { notCalledByLxc } from "../hook/event.ts";
import { wantedNetworkForm } from "../hook/wanted-network.ts";
import { hookOptions, placeOptions } from "./options.ts";

/** `lxc-cni hook`, for people: when LXC calls it, main.ts has it done without reading this (lxc/hook/hook.ts). */
export const hook: Command = {
  name: "hook",
  summary: "called by LXC: attaches a container that starts, detaches one that has stopped",
  parameters: [{ name: wantedNetworkForm, count: "some", completes: "network" }],
  options: {
    ...placeOptions,
    ...hookOptions,
    socket: {
      kind: "value",
      value: "PATH",
      does: "where the service for ordinary users listens, in place of /run/lxc-cni/serve.sock",
      completes: "file",
    },
  },
  description: `LXC calls it as lxc.hook.start-host, lxc.hook.stop, lxc.hook.post-stop and lxc.hook.destroy. It attaches the
container to the networks when it starts, detaches it when it has stopped, and forgets its addresses when it is
destroyed. A NETWORK is a name, looked for in /etc/lxc-cni/net.d and then in /etc/cni/net.d, or the path of a
file. Its interface in the container is eth0, eth1 and so on, unless INTERFACE names it. It gets the addresses
and the MAC that are asked for; without a MAC, the same one at each start. What the networks say of DNS goes
into the container's /etc/resolv.conf. Where an ordinary user has started the container, "lxc-cni serve" attaches
it, to networks that root has granted.

LXC shows nobody what a hook prints. What failed is in the system's log, and lxc-cni status shows it.`,
  examples: [
    { line: "lxc.hook.start-host = /usr/libexec/lxc-cni/lxc-cni hook simplenet", does: "on one network" },
    {
      line: "lxc.hook.start-host = /usr/libexec/lxc-cni/lxc-cni hook simplenet backnet:data0",
      does: "on two, the second by the interface data0",
    },
    {
      line: "lxc.hook.start-host = /usr/libexec/lxc-cni/lxc-cni hook simplenet:eth0,ip=10.10.0.9,mac=02:00:00:00:00:09",
      does: "with an address and a MAC of its own",
    },
  ],
  run: () => {
    throw notCalledByLxc();
  },
};

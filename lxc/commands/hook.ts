import type { Command } from "../command-line/command.ts";
import { runHook } from "../hook/hook.ts";

/** `lxc-cni hook`. It takes its words apart itself, since LXC appends some of its own. */
export const hook: Command = {
  name: "hook",
  summary: "called by LXC: attaches a container that starts, detaches one that has stopped",
  parameters: [{ name: "NETWORK[:INTERFACE]", count: "some", completes: "network" }],
  options: {
    "net-dir": {
      kind: "list",
      value: "DIR",
      does: "look for networks there, in place of /etc/lxc-cni/net.d and /etc/cni/net.d",
      completes: "directory",
    },
    "cni-path": {
      kind: "value",
      value: "DIR[:DIR...]",
      does: "look for plugins there, after the directory of lxc-cni itself",
      completes: "directory",
    },
    "no-dns": { kind: "flag", does: "leave the container's /etc/resolv.conf alone" },
    socket: {
      kind: "value",
      value: "PATH",
      does: "where root's service listens, for the hooks of ordinary users, in place of /run/lxc-cni/serve.sock",
      completes: "file",
    },
  },
  description: `LXC calls it as lxc.hook.start-host, lxc.hook.stop and lxc.hook.post-stop. It attaches the container to the networks
when it starts, and detaches it when it has stopped. A NETWORK is a name, looked for in /etc/lxc-cni/net.d and
then in /etc/cni/net.d, or the path of a file. Its interface in the container is eth0, eth1 and so on, unless
INTERFACE names it. What the networks say of DNS goes into the container's /etc/resolv.conf.
Where an ordinary user has started the container, "lxc-cni serve" attaches it, to networks that root has granted.`,
  examples: [
    { line: "lxc.hook.start-host = /usr/libexec/lxc-cni/lxc-cni hook simplenet", does: "on one network" },
    {
      line: "lxc.hook.start-host = /usr/libexec/lxc-cni/lxc-cni hook simplenet backnet:data0",
      does: "on two, the second by the interface data0",
    },
  ],
  run: runHook,
};

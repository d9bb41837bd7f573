import { command } from "../command-line/command.ts";
import { serve as run } from "../serve/serve.ts";

/** `lxc-cni serve` */
export const serve = command({
  name: "serve",
  summary: "attaches the containers of ordinary users, for their hooks, which may not",
  parameters: [],
  options: {
    socket: {
      kind: "value",
      value: "PATH",
      does: "listen there, where no service manager does",
      completes: "file",
    },
  },
  description: `lxc-cni.socket starts it, once for each request ("systemctl enable --now lxc-cni.socket"). The hook
of a container that an ordinary user starts sends the container's network namespace to it. It attaches the
container if that namespace is the user's own, and /etc/lxc-cni/users.conf allows the user that network:
"USER NETWORK COUNT" in a line, or "@GROUP NETWORK COUNT". Without systemd, --socket has it listen by
itself, in the foreground.`,
  examples: [
    {
      line: "lxc-cni serve --socket /run/lxc-cni/serve.sock",
      does: "lets ordinary users' hooks ask for networks, where there is no systemd",
    },
  ],
  run: ({ options: { socket } }) => run(socket),
});

import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { UnixSockets } from "../../lib/system/system.ts";

/** Where the service listens, and hooks of ordinary users look for it (packaging/systemd/lxc-cni.socket). */
export const usualSocket = "/run/lxc-cni/serve.sock";

/** Who may use which networks (docs/formats.md, "Users of networks"). */
export const grantsFile = "/etc/lxc-cni/users.conf";

/** Unix sockets. @throws CniError 132 where this host of the program has none */
export function requireUnixSockets(): UnixSockets {
  if (system.unixSockets !== undefined) return system.unixSockets;
  throw new CniError(
    Code.noService,
    "networks for ordinary users need the native executable of lxc-cni",
    "Node.js can neither send nor receive a network namespace",
  );
}

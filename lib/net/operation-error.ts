import { CniError, Code } from "../cni/error.ts";
import { formatAddress } from "../ip/address.ts";
import { formatPrefix } from "../ip/prefix.ts";
import type { Operation } from "./operation.ts";

/** What an operation does, as people say it: `add address 10.10.0.2/16 to "eth0"`. */
export function describeOperation(operation: Operation): string {
  switch (operation.do) {
    case "create bridge":
      return `create bridge "${operation.name}"`;
    case "create port":
      return `create veth "${operation.name}" on bridge "${operation.bridge}" with "${operation.peerName}" in the container`;
    case "label link":
      return `set the alias of "${operation.name}"`;
    case "configure port":
      return `turn hairpin mode of "${operation.name}" ${operation.hairpin ? "on" : "off"}`;
    case "set up":
      return `set "${operation.name}" up`;
    case "add address":
      return `add address ${formatPrefix(operation.address)} to "${operation.link}"`;
    case "delete address":
      return `delete address ${formatPrefix(operation.address)} from "${operation.link}"`;
    case "add route": {
      const gateway = operation.via === undefined ? "" : ` via ${formatAddress(operation.via)}`;
      return `add route ${formatPrefix(operation.to)}${gateway} on "${operation.link}"`;
    }
    case "delete link":
      return `delete link "${operation.name}"`;
    case "write sysctl":
      return `write ${operation.value} to /proc/sys/net/${operation.key}`;
    case "masquerade":
      return "masquerade the container's addresses";
  }
}

/** The error for an operation that failed: the step, the namespace, and what the kernel said. */
export function operationFailed(operation: Operation, reason: string): CniError {
  const place = operation.where === "container" ? " in the container" : "";
  return new CniError(
    operation.do === "masquerade" ? Code.firewallFailed : Code.linkFailed,
    `failed to ${describeOperation(operation)}${place}: ${reason}`,
  );
}

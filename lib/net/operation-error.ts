import { CniError, Code } from "../cni/error.ts";
import { formatAddress } from "../ip/address.ts";
import { formatPrefix } from "../ip/prefix.ts";
import type { AddVlans } from "./link-operation.ts";
import { isRuleOperation, type Operation } from "./operation.ts";
import { vlanRuns } from "./vlan-runs.ts";

/** What an operation does, as people say it: `add address 10.10.0.2/16 to "eth0"`. */
export function describeOperation(operation: Operation): string {
  switch (operation.do) {
    case "create bridge":
      return `create bridge "${operation.name}"`;
    case "create port":
      return `create veth "${operation.name}" on bridge "${operation.bridge}" with "${operation.peerName}" in the container`;
    case "create vlan gateway":
      return `create veth "${operation.name}" with "${operation.portName}" on bridge "${operation.bridge}"`;
    case "label link":
      return `set the alias of "${operation.name}"`;
    case "plug port":
      return `plug "${operation.name}" into bridge "${operation.bridge}"`;
    case "configure port":
      return `turn hairpin mode of "${operation.name}" ${operation.hairpin ? "on" : "off"}${operation.isolated ? " and isolate it" : ""}`;
    case "remove vlan":
      return `remove VLAN ${operation.vlan} from "${operation.port}"`;
    case "add vlans":
      return `add ${describeVlans(operation)} to "${operation.port}"`;
    case "set promiscuous":
      return `set "${operation.name}" promiscuous`;
    case "set mtu":
      return `set the MTU of "${operation.name}" to ${operation.mtu}`;
    case "set vlan filtering":
      return `turn VLAN filtering of "${operation.name}" on`;
    case "set mac":
      return `set the MAC of "${operation.name}" to ${operation.mac}`;
    case "forget neighbour":
      return `forget neighbour ${formatAddress(operation.address)} on "${operation.link}"`;
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
    case "guard port":
      return `guard port "${operation.guard.port}"`;
    case "add network rules":
      return `add the rules of network "${operation.rules.attachment.network}"`;
  }
}

function describeVlans({ native, tagged }: AddVlans): string {
  const runs = vlanRuns(tagged).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const parts = [
    ...(native === undefined ? [] : [`native VLAN ${native}`]),
    ...(runs.length === 0 ? [] : [`VLANs ${runs.join(", ")}`]),
  ];
  return parts.join(" and ") || "no VLAN";
}

/** The error for an operation that failed: the step, the namespace, and what the kernel said. */
export function operationFailed(operation: Operation, reason: string): CniError {
  const place = operation.where === "container" ? " in the container" : "";
  return new CniError(
    isRuleOperation(operation) ? Code.firewallFailed : Code.linkFailed,
    `failed to ${describeOperation(operation)}${place}: ${reason}`,
  );
}

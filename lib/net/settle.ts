import { CniError, Code } from "../cni/error.ts";
import { equalPrefix } from "../ip/prefix.ts";
import type { LinkBackend, LinkWithAddresses } from "./link-backend.ts";
import type {
  AddAddress,
  CreateBridge,
  CreatePort,
  CreateVlanGateway,
  DeleteAddress,
  LinkOperation,
} from "./link-operation.ts";
import { operationFailed } from "./operation-error.ts";
import { goesByItself, isOwnPort, isPeerPresent } from "./port.ts";
import type { Tools } from "./tools.ts";

/**
 * Decides what a failed operation means, mostly by looking at what is there: the texts of the kernel and of `ip` vary,
 * and somebody else may have done the same a moment ago.
 *
 * @returns `found` when it is so already, `retry` when what stood in the way is gone now.
 * @throws CniError 100 with the reason of the failure, 102 where what stands in the way is alive, 7 where it is
 *   another kind of link.
 */
export function settle(operation: LinkOperation, reason: string, tools: Tools): "found" | "retry" {
  switch (operation.do) {
    case "create bridge":
      return settleBridge(operation, reason, tools);
    case "create port":
      return settlePort(operation, reason, tools);
    case "create vlan gateway":
      return settleVlanGateway(operation, reason, tools);
    case "add address":
      return settleAddress(operation, reason, tools);
    case "add route":
      // Identical routes are one route; a kernel that has it already says so with EEXIST.
      if (/exists/i.test(reason)) return "found";
      throw operationFailed(operation, reason);
    case "delete link":
      if (tools.links.readLink(operation.where, operation.name) === undefined) return "found";
      throw operationFailed(operation, reason);
    case "delete address":
      if (!hasAddress(operation, tools.links.readLink(operation.where, operation.link))) return "found";
      throw operationFailed(operation, reason);
    case "remove vlan":
    case "forget neighbour":
      // ENOENT: the port, or the link, is there, and that is not.
      if (/no such (file|entry)/i.test(reason)) return "found";
      throw operationFailed(operation, reason);
    case "label link":
    case "plug port":
    case "configure port":
    case "add vlans":
    case "set promiscuous":
    case "set mtu":
    case "set vlan filtering":
    case "set mac":
    case "set up":
      throw operationFailed(operation, reason);
  }
}

/** The smallest MTU with which the kernel has IPv6 on a link (RFC 8200, section 5). */
const leastMtuOfIpv6 = 1280;

function settleAddress(operation: AddAddress, reason: string, { links }: Tools): "found" {
  const link = links.readLink(operation.where, operation.link);
  if (hasAddress(operation, link)) return "found";
  // The kernel's own reason is an invalid argument.
  const isTooSmall =
    operation.address.address.family === 6 && link !== undefined && link.mtu < leastMtuOfIpv6;
  const cause = isTooSmall ? `; its MTU is ${link.mtu}, and IPv6 needs ${leastMtuOfIpv6}` : "";
  throw operationFailed(operation, `${reason}${cause}`);
}

function hasAddress({ address }: AddAddress | DeleteAddress, link: LinkWithAddresses | undefined): boolean {
  return link?.addresses.some((each) => equalPrefix(each, address)) === true;
}

function settleBridge(operation: CreateBridge, reason: string, { links }: Tools): "found" {
  const link = links.readLink("host", operation.name);
  if (link === undefined) throw operationFailed(operation, reason);
  requireBridge(operation.name, link.kind);
  return "found";
}

/** @throws CniError 7 for a link that is no bridge, before anything is done to it. */
export function requireBridge(name: string, kind: string | undefined): void {
  if (kind === "bridge") return;
  throw new CniError(
    Code.invalidConfiguration,
    `"${name}" already exists but is not a bridge`,
    `it is ${kindInWords(kind)}; set another name as /bridge`,
  );
}

function kindInWords(kind: string | undefined): string {
  return kind === undefined ? "a network interface of the host" : `a ${kind}`;
}

/** Also the Go plugin's is one: a veth of that name. */
function settleVlanGateway(operation: CreateVlanGateway, reason: string, { links }: Tools): "found" {
  const link = links.readLink("host", operation.name);
  if (link?.kind === "veth") return "found";
  if (link === undefined) throw creationFailed(operation, reason, links);
  throw new CniError(
    Code.invalidConfiguration,
    `"${operation.name}" already exists but is no gateway of a VLAN`,
    `it is ${kindInWords(link.kind)}; set another name as /bridge, or another /vlan`,
  );
}

/** The error for a veth that could not be made: the kernel says "No such device" when the bridge has gone meanwhile. */
function creationFailed(
  operation: CreatePort | CreateVlanGateway,
  reason: string,
  links: LinkBackend,
): CniError {
  if (links.readLink("host", operation.bridge) !== undefined) return operationFailed(operation, reason);
  const { code, message } = operationFailed(operation, `the bridge "${operation.bridge}" is gone`);
  return new CniError(code, message, "somebody deleted it meanwhile; call ADD again");
}

/**
 * What an earlier container of this identity left goes by itself, as its namespace is just dying. What stays is alive, or
 * is somebody else's.
 */
function settlePort(operation: CreatePort, reason: string, tools: Tools): "retry" {
  const { links } = tools;
  const port = links.readLink("host", operation.name);
  // By an alternative name, too.
  if (links.readLink("container", operation.peerName) !== undefined) throw alreadyAttached(operation);
  // It went while we were looking.
  if (port === undefined && /exists/i.test(reason)) return "retry";
  if (port === undefined) throw creationFailed(operation, reason, links);
  if (!isOwnPort(port, operation)) throw operationFailed(operation, reason);
  if (isPeerPresent(port, links.readLinks("container")) || !goesByItself(operation.name, links))
    throw alreadyAttached(operation);
  return "retry";
}

/** The error for a container that is attached, or has the interface. The text is the Go plugin's. */
export function alreadyAttached({ peerName, name }: Pick<CreatePort, "peerName" | "name">): CniError {
  return new CniError(
    Code.alreadyAttached,
    `container veth name ("${peerName}") peer provided ("${name}") already exists`,
    "the container has that interface, or the attachment is alive in another namespace (ip link shows whose the port " +
      "is); call DEL first, or set another CNI_IFNAME",
  );
}

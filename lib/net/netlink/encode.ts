import { encodeUtf8 } from "../../encoding/utf8.ts";
import { macBytes } from "../../ip/mac.ts";
import type { LinkOperation } from "../link-operation.ts";
import { message } from "./compose.ts";
import { Iff, Ifla } from "./constants.ts";
import { addAddress, addRoute, deleteAddress, forgetNeighbour } from "./encode-address.ts";
import {
  addVlans,
  configurePort,
  createBridge,
  createPort,
  createVlanGateway,
  removeVlan,
  setLink,
  setVlanFiltering,
} from "./encode-link.ts";
import { bytes, Flag, uint32 } from "./message.ts";
import type { Request, Resolved } from "./request.ts";

/** An operation that is one message. */
export type EncodedOperation = Exclude<LinkOperation, { do: "delete link" }>;

/** The message that does an operation. */
export function encode(operation: EncodedOperation, sequence: number, resolved: Resolved): Uint8Array {
  const { type, flags, fixed, attributes } = request(operation, resolved);
  return message(type, Flag.request | Flag.ack | flags, sequence, fixed, attributes);
}

function request(operation: EncodedOperation, resolved: Resolved): Request {
  switch (operation.do) {
    case "create bridge":
      return createBridge(operation);
    case "create port":
      return createPort(operation, resolved);
    case "create vlan gateway":
      return createVlanGateway(operation, resolved);
    case "label link":
      // Without a zero at its end, for which there is no room in the longest one.
      return setLink(operation.name, [bytes(Ifla.ifAlias, encodeUtf8(operation.alias))]);
    case "plug port":
      return setLink(operation.name, [uint32(Ifla.master, resolved.indexOf(operation.bridge))]);
    case "configure port":
      return configurePort(operation);
    case "remove vlan":
      return removeVlan(operation, resolved);
    case "add vlans":
      return addVlans(operation, resolved);
    case "set promiscuous":
      return setLink(operation.name, [], Iff.promiscuous);
    case "set mtu":
      return setLink(operation.name, [uint32(Ifla.mtu, operation.mtu)]);
    case "set vlan filtering":
      return setVlanFiltering(operation);
    case "set mac":
      return setLink(operation.name, [bytes(Ifla.address, macBytes(operation.mac))]);
    case "set up":
      return setLink(operation.name, [], Iff.up);
    case "forget neighbour":
      return forgetNeighbour(operation, resolved);
    case "add address":
      return addAddress(operation, resolved);
    case "delete address":
      return deleteAddress(operation, resolved);
    case "add route":
      return addRoute(operation, resolved);
  }
}

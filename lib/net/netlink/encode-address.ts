import { type Address, addressBytes } from "../../ip/address.ts";
import { firstAddressOf, lastAddressOf, type Prefix } from "../../ip/prefix.ts";
import { mainTable } from "../link-backend.ts";
import type { AddAddress, AddRoute, DeleteAddress, ForgetNeighbour } from "../link-operation.ts";
import { AddressFamilyNumber, Ifa, IfaFlag, Nda, Route, Rta, Rtax, Rtm } from "./constants.ts";
import { type Attribute, bytes, Flag, nest, setUint32, uint32 } from "./message.ts";
import { createNew, optional, type Request, type Resolved } from "./request.ts";

/** Drops what is known of a neighbour (arp(7)). */
export function forgetNeighbour({ link, address }: ForgetNeighbour, resolved: Resolved): Request {
  return {
    type: Rtm.delNeigh,
    flags: 0,
    fixed: neighbourHeader(address, resolved.indexOf(link)),
    attributes: [bytes(Nda.dst, addressBytes(address))],
  };
}

/** struct ndmsg */
function neighbourHeader({ family }: Address, index: number): Uint8Array {
  const header = new Uint8Array(12);
  header[0] = AddressFamilyNumber[family];
  setUint32(header, 4, index);
  return header;
}

/** Gives a link an address that it does not have. */
export function addAddress({ link, address, detectDuplicates }: AddAddress, resolved: Resolved): Request {
  const isUsedAtOnce = address.address.family === 6 && !detectDuplicates;
  const nodad = isUsedAtOnce ? [uint32(Ifa.flags, IfaFlag.nodad)] : [];
  return {
    type: Rtm.newAddr,
    flags: createNew,
    fixed: addressHeader(address, resolved.indexOf(link)),
    attributes: [...addressAttributes(address), ...broadcast(address), ...nodad],
  };
}

/** Takes an address from a link. */
export function deleteAddress({ link, address }: DeleteAddress, resolved: Resolved): Request {
  return {
    type: Rtm.delAddr,
    flags: 0,
    fixed: addressHeader(address, resolved.indexOf(link)),
    attributes: addressAttributes(address),
  };
}

/** Adds a route, besides others to the same destination. */
export function addRoute(
  { link, to, via, onlink, mtu, advmss, priority, table, scope }: AddRoute,
  resolved: Resolved,
): Request {
  const metrics = [...optional(Rtax.mtu, mtu), ...optional(Rtax.advmss, advmss)];
  return {
    type: Rtm.newRoute,
    // Flag.exclusive would refuse a second route to a destination, which the Go plugin takes.
    flags: Flag.create,
    fixed: routeHeader(
      to,
      scope ?? (via === undefined ? Route.scopeLink : Route.scopeUniverse),
      onlink ? Route.onlink : 0,
    ),
    attributes: [
      ...(to.length === 0 ? [] : [bytes(Rta.dst, addressBytes(firstAddressOf(to)))]),
      ...(via === undefined ? [] : [bytes(Rta.gateway, addressBytes(via))]),
      uint32(Rta.oif, resolved.indexOf(link)),
      uint32(Rta.table, table ?? mainTable),
      ...optional(Rta.priority, priority),
      ...(metrics.length === 0 ? [] : [nest(Rta.metrics, ...metrics)]),
    ],
  };
}

/** struct ifaddrmsg */
function addressHeader({ address, length }: Prefix, index: number): Uint8Array {
  const header = new Uint8Array(8);
  header[0] = AddressFamilyNumber[address.family];
  header[1] = length;
  setUint32(header, 4, index);
  return header;
}

function addressAttributes({ address }: Prefix): Attribute[] {
  return [bytes(Ifa.local, addressBytes(address)), bytes(Ifa.address, addressBytes(address))];
}

/** The broadcast address of an IPv4 subnet that has room for one. */
function broadcast(prefix: Prefix): Attribute[] {
  if (prefix.address.family !== 4 || prefix.length > 30) return [];
  return [bytes(Ifa.broadcast, addressBytes(lastAddressOf(prefix)))];
}

/** struct rtmsg; the table stands in an attribute, since it may be above 255. */
function routeHeader({ address, length }: Prefix, scope: number, flags: number): Uint8Array {
  const header = new Uint8Array(12);
  header[0] = AddressFamilyNumber[address.family];
  header[1] = length;
  header[5] = Route.protocolBoot;
  header[6] = scope;
  header[7] = Route.typeUnicast;
  setUint32(header, 8, flags);
  return header;
}

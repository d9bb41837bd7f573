import { type Address, addressBytes, bitsOf } from "../../ip/address.ts";
import type { Link, LinkRoute, LinkWithAddresses, PortVlan } from "../link-backend.ts";
import { message } from "./compose.ts";
import { type Connection, NetlinkError, noSuchDevice } from "./connection.ts";
import { AddressFamilyNumber, bridgeFamily, ExtMask, Ifla, Route, Rta, Rtm } from "./constants.ts";
import { linkHeader } from "./link-header.ts";
import { bytes, Flag, setUint32, text, uint32 } from "./message.ts";
import {
  isDefaultRoute,
  linkIndexOf,
  type Message,
  parseLink,
  parseLinkAddress,
  parseRoutes,
  parseVlans,
} from "./parse.ts";

/** What the kernel tells of a link; undefined when there is none of that name. */
export function askForLink(connection: Connection, name: string): Message | undefined {
  try {
    return connection.ask((sequence) =>
      message(Rtm.getLink, Flag.request, sequence, linkHeader(), [
        text(Ifla.ifname, name),
        uint32(Ifla.extMask, ExtMask.skipStatistics),
      ]),
    );
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === noSuchDevice) return undefined;
    throw error;
  }
}

/** All links of a namespace. */
export function readLinks(connection: Connection): Link[] {
  return dump(connection, Rtm.getLink, linkHeader(), ExtMask.skipStatistics).map(parseLink);
}

/** The addresses of a link. */
export function readAddresses(connection: Connection, index: number): LinkWithAddresses["addresses"] {
  // struct ifaddrmsg; older kernels ignore the index and tell of every link.
  const header = new Uint8Array(8);
  setUint32(header, 4, index);
  return dump(connection, Rtm.getAddr, header)
    .filter((each) => linkIndexOf(each) === index)
    .flatMap((each) => parseLinkAddress(each) ?? []);
}

/** The unicast routes of a namespace; see {@linkcode LinkBackend.readRoutes}. */
export function readRoutes(connection: Connection, which: "all" | "default"): LinkRoute[] {
  // struct rtmsg, of all families and tables. Older kernels ignore the type; none can tell of default routes only.
  const header = new Uint8Array(12);
  header[7] = Route.typeUnicast;
  return dump(connection, Rtm.getRoute, header)
    .filter((each) => which === "all" || isDefaultRoute(each))
    .flatMap(parseRoutes);
}

/** Whether the kernel takes packets for an address: it has a route to itself. */
export function isLocal(connection: Connection, address: Address): boolean {
  const header = new Uint8Array(12);
  header[0] = AddressFamilyNumber[address.family];
  header[1] = bitsOf(address.family);
  try {
    const answer = connection.ask((sequence) =>
      message(Rtm.getRoute, Flag.request, sequence, header, [bytes(Rta.dst, addressBytes(address))]),
    );
    return answer.body[7] === Route.typeLocal;
  } catch (error) {
    if (error instanceof NetlinkError) return false;
    throw error;
  }
}

/** The VLANs of a bridge's port, ascending; none where there is no such port. */
export function readVlans(connection: Connection, port: string): PortVlan[] {
  const answer = askForLink(connection, port);
  if (answer === undefined) return [];
  const index = linkIndexOf(answer);
  // The kernel tells of the VLANs of one port only since 5.6 (RTM_GETVLAN), and of those of all ports since ever.
  return dump(connection, Rtm.getLink, linkHeader(0, 0, bridgeFamily), ExtMask.vlanRanges)
    .filter((each) => linkIndexOf(each) === index)
    .flatMap(parseVlans);
}

/** All that the kernel has of a kind. @param mask What of a link is wanted (RTEXT_FILTER_). */
function dump(connection: Connection, type: number, header: Uint8Array, mask?: number): Message[] {
  const attributes = mask === undefined ? [] : [uint32(Ifla.extMask, mask)];
  return connection.request((sequence) =>
    message(type, Flag.request | Flag.dump, sequence, header, attributes),
  );
}

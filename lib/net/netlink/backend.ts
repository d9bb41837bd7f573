import { system } from "#system";
import { isSystemError } from "../../system/error.ts";
import type { NetlinkSocket, Netns } from "../../system/system.ts";
import type {
  Link,
  LinkBackend,
  LinkRoute,
  LinkWithAddresses,
  PortVlan,
  RunReport,
} from "../link-backend.ts";
import type { CreatePort, LinkOperation, Where } from "../operation.ts";
import { parseAttributes, uint32Of } from "./attributes.ts";
import { message } from "./compose.ts";
import { type Connection, connect, NetlinkError, noSuchDevice } from "./connection.ts";
import { bridgeFamily, ExtMask, Ifla, Route, Rtm } from "./constants.ts";
import { deleteLinkByIndex } from "./delete-link.ts";
import { type EncodedOperation, encode, linkHeader } from "./encode.ts";
import { waitForEvents } from "./events.ts";
import { Flag, text, uint32 } from "./message.ts";
import {
  isDefaultRoute,
  linkHeaderLength,
  linkIndexOf,
  type Message,
  parseLink,
  parseLinkAddress,
  parseRoutes,
  parseVlans,
} from "./parse.ts";

/**
 * The backend that talks to the kernel itself.
 *
 * @param socket A socket of our own namespace.
 * @param container The namespace of the attachment; a socket in it is opened when it is first needed.
 */
export function netlinkBackend(socket: NetlinkSocket, container: Netns | undefined): LinkBackend {
  const places = new Map<Where, Place>([["host", placeOf(socket)]]);
  const placeAt = (where: Where): Place => {
    const place = places.get(where) ?? placeOf(openIn(container));
    places.set(where, place);
    return place;
  };
  const backend: LinkBackend = {
    name: "netlink",
    run: (operations) => run(operations, placeAt, container),
    readLink: (where, name) => readLink(placeAt(where), name),
    readLinks: (where) => readLinks(placeAt(where).connection),
    waitFor: (where, name, isReady, patience) => {
      const look = () => isReady(backend.readLink(where, name));
      return waitForEvents(look, where === "container" ? container : undefined, patience);
    },
    readRoutes: (where, which = "all") => readRoutes(placeAt(where).connection, which),
    readVlans: (port) => readVlans(placeAt("host").connection, port),
    close: () => {
      for (const { connection } of places.values()) connection.close();
      places.clear();
    },
  };
  return backend;
}

/** A namespace, and what is known of it. */
interface Place {
  readonly connection: Connection;
  /** The indices of links, as they were when these were last looked at. */
  readonly indices: Map<string, number>;
}

function placeOf(socket: NetlinkSocket): Place {
  return { connection: connect(socket), indices: new Map() };
}

function openIn(container: Netns | undefined): NetlinkSocket {
  const socket = container && system.openNetlink(container);
  if (socket === undefined) throw new Error("a step in the container needs its namespace");
  return socket;
}

function run(
  operations: readonly LinkOperation[],
  placeAt: (where: Where) => Place,
  container: Netns | undefined,
): RunReport {
  for (const [done, operation] of operations.entries()) {
    try {
      runOne(operation, placeAt, container?.descriptor ?? -1);
    } catch (error) {
      if (error instanceof NetlinkError)
        return { done, failure: { reason: error.message, unknown: error.isUnknown } };
      // The request may have reached the kernel before the call failed.
      if (isSystemError(error)) return { done, failure: { reason: error.message, unknown: true } };
      throw error;
    }
  }
  return { done: operations.length, failure: undefined };
}

function runOne(
  operation: LinkOperation,
  placeAt: (where: Where) => Place,
  containerDescriptor: number,
): void {
  const place = placeAt(operation.where);
  if (operation.do === "delete link") {
    remove(operation.name, place);
  } else {
    const events = send(operation, place, containerDescriptor);
    if (operation.do === "create port") rememberEnds(operation, events, placeAt);
  }
}

function remove(name: string, place: Place): void {
  const index = indexOf(place, name);
  place.indices.delete(name);
  deleteLinkByIndex(index, () => {
    const found = askForLink(place.connection, name);
    return found === undefined || linkIndexOf(found) !== index;
  });
}

/** Sends what does an operation. @returns the events that come along with its being done */
function send(operation: EncodedOperation, place: Place, containerDescriptor: number): Message[] {
  const { connection, indices } = place;
  const resolved = { indexOf: (name: string) => indexOf(place, name), containerDescriptor };
  const request = () => connection.request((sequence) => encode(operation, sequence, resolved));
  const isFromMemory = indices.size > 0;
  try {
    return request();
  } catch (error) {
    if (!(error instanceof NetlinkError && error.errno === noSuchDevice && isFromMemory)) throw error;
    // A link may have been replaced by another one of its name since it was looked at.
    indices.clear();
    return request();
  }
}

/** The event of a port that was made tells the indices of both of its ends. */
function rememberEnds(
  { name, peerName }: CreatePort,
  events: readonly Message[],
  placeAt: (where: Where) => Place,
): void {
  const event = events.find(({ type }) => type === Rtm.newLink);
  const peerIndex = event && uint32Of(parseAttributes(event.body, linkHeaderLength), Ifla.link);
  if (event === undefined || peerIndex === undefined) return;
  placeAt("host").indices.set(name, linkIndexOf(event));
  placeAt("container").indices.set(peerName, peerIndex);
}

function indexOf(place: Place, name: string): number {
  const known = place.indices.get(name);
  if (known !== undefined) return known;
  const answer = askForLink(place.connection, name);
  if (answer === undefined) throw new NetlinkError(noSuchDevice, `No such device (${JSON.stringify(name)})`);
  const index = linkIndexOf(answer);
  place.indices.set(name, index);
  return index;
}

function readLink({ connection, indices }: Place, name: string): LinkWithAddresses | undefined {
  const answer = askForLink(connection, name);
  if (answer === undefined) {
    indices.delete(name);
    return undefined;
  }
  const link = parseLink(answer);
  indices.set(name, link.index);
  let addresses: LinkWithAddresses["addresses"] | undefined;
  return {
    ...link,
    // A dump of its own, which most who look at a link have no use for.
    get addresses() {
      addresses ??= readAddresses(connection, link.index);
      return addresses;
    },
  };
}

/** What the kernel tells of a link; undefined when there is none of that name. */
function askForLink(connection: Connection, name: string): Message | undefined {
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

function readLinks(connection: Connection): Link[] {
  return dump(connection, Rtm.getLink, linkHeader(), ExtMask.skipStatistics).map(parseLink);
}

function readAddresses(connection: Connection, index: number): LinkWithAddresses["addresses"] {
  // struct ifaddrmsg; older kernels ignore the index and tell of every link.
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(4, index, true);
  return dump(connection, Rtm.getAddr, header)
    .filter((each) => linkIndexOf(each) === index)
    .flatMap((each) => parseLinkAddress(each) ?? []);
}

function readRoutes(connection: Connection, which: "all" | "default"): LinkRoute[] {
  // struct rtmsg, of all families and tables. Older kernels ignore the type; none can tell of default routes only.
  const header = new Uint8Array(12);
  header[7] = Route.typeUnicast;
  return dump(connection, Rtm.getRoute, header)
    .filter((each) => which === "all" || isDefaultRoute(each))
    .flatMap(parseRoutes);
}

function readVlans(connection: Connection, port: string): PortVlan[] {
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

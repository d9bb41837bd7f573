import { system } from "#system";
import { CniError, Code } from "../../cni/error.ts";
import { isSystemError } from "../../system/error.ts";
import type { NetlinkSocket, Netns } from "../../system/system.ts";
import type { LinkBackend, LinkWithAddresses, RunReport } from "../link-backend.ts";
import type { CreatePort, LinkOperation, Where } from "../link-operation.ts";
import { parseAttributes, uint32Of } from "./attributes.ts";
import { type Connection, connect, NetlinkError, noSuchDevice } from "./connection.ts";
import { Ifla, Rtm } from "./constants.ts";
import { deleteLinkByIndex } from "./delete-link.ts";
import { type EncodedOperation, encode } from "./encode.ts";
import { waitForEvents } from "./events.ts";
import { linkHeaderLength } from "./link-header.ts";
import { linkIndexOf, type Message, parseLink } from "./parse.ts";
import { askForLink, isLocal, readAddresses, readLinks, readRoutes, readVlans } from "./read.ts";

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
    waitForLocal: (where, addresses, patience) => {
      const { connection } = placeAt(where);
      const look = () => addresses.every((address) => isLocal(connection, address));
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
  const socket = container && openInside(container);
  if (socket === undefined) throw new Error("a step in the container needs its namespace");
  return socket;
}

/** @throws CniError 8 where this process may not enter the namespace. */
function openInside(container: Netns): NetlinkSocket | undefined {
  try {
    return system.openNetlink(container);
  } catch (error) {
    if (!isSystemError(error, "EPERM") || error.syscall !== "setns") throw error;
    throw new CniError(
      Code.invalidNamespace,
      `failed to enter the container's network namespace: ${error.message}`,
      "it takes CAP_SYS_ADMIN, also in the user namespace that it belongs to, and no policy (seccomp) that forbids setns(2)",
    );
  }
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

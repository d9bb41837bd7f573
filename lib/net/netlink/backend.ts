import { system } from "#system";
import { isSystemError } from "../../system/error.ts";
import type { NetlinkSocket, Netns } from "../../system/system.ts";
import type { Link, LinkBackend, LinkWithAddresses, RunReport } from "../link-backend.ts";
import type { LinkOperation, Where } from "../operation.ts";
import { type Connection, connect, NetlinkError, noSuchDevice } from "./connection.ts";
import { Ifla, Rtm, skipStatistics } from "./constants.ts";
import { encode, linkHeader } from "./encode.ts";
import { Flag, message, text, uint32 } from "./message.ts";
import { parseLink, parseLinkAddress } from "./parse.ts";

/**
 * The backend that talks to the kernel itself.
 *
 * @param socket A socket of our own namespace.
 * @param container The namespace of the attachment; a socket in it is opened when it is first needed.
 */
export function netlinkBackend(socket: NetlinkSocket, container: Netns | undefined): LinkBackend {
  const connections = new Map<Where, Connection>([["host", connect(socket)]]);
  const connectionTo = (where: Where): Connection => {
    const connection = connections.get(where) ?? connect(openIn(container));
    connections.set(where, connection);
    return connection;
  };
  return {
    name: "netlink",
    run: (operations) => run(operations, connectionTo, container),
    readLink: (where, name) => readLink(connectionTo(where), name),
    readLinks: (where) => readLinks(connectionTo(where)),
    close: () => {
      for (const connection of connections.values()) connection.close();
      connections.clear();
    },
  };
}

function openIn(container: Netns | undefined): NetlinkSocket {
  const socket = container && system.openNetlink(container);
  if (socket === undefined) throw new Error("a step in the container needs its namespace");
  return socket;
}

function run(
  operations: readonly LinkOperation[],
  connectionTo: (where: Where) => Connection,
  container: Netns | undefined,
): RunReport {
  // An index holds for one run: nobody else renumbers links, and a link that is deleted meanwhile answers ENODEV.
  const indices = new Map<string, number>();
  for (const [done, operation] of operations.entries()) {
    try {
      const connection = connectionTo(operation.where);
      const indexOf = (name: string): number => {
        const index = indices.get(name) ?? requireLink(connection, name).index;
        indices.set(name, index);
        return index;
      };
      connection.request((sequence) =>
        encode(operation, sequence, { indexOf, containerDescriptor: container?.descriptor ?? -1 }),
      );
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

function requireLink(connection: Connection, name: string): Link {
  const link = findLink(connection, name);
  if (link === undefined) throw new NetlinkError(noSuchDevice, `No such device (${JSON.stringify(name)})`);
  return link;
}

function readLink(connection: Connection, name: string): LinkWithAddresses | undefined {
  const link = findLink(connection, name);
  return link && { ...link, addresses: readAddresses(connection, link.index) };
}

function findLink(connection: Connection, name: string): Link | undefined {
  try {
    const [answer] = connection.request((sequence) =>
      message(Rtm.getLink, Flag.request | Flag.ack, sequence, linkHeader(0), [
        text(Ifla.ifname, name),
        uint32(Ifla.extMask, skipStatistics),
      ]),
    );
    return answer && parseLink(answer);
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === noSuchDevice) return undefined;
    throw error;
  }
}

function readLinks(connection: Connection): Link[] {
  return connection
    .request((sequence) =>
      message(Rtm.getLink, Flag.request | Flag.dump, sequence, linkHeader(0), [
        uint32(Ifla.extMask, skipStatistics),
      ]),
    )
    .map(parseLink);
}

function readAddresses(connection: Connection, index: number): LinkWithAddresses["addresses"] {
  // struct ifaddrmsg; older kernels ignore the index and tell of every link.
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(4, index, true);
  return connection
    .request((sequence) => message(Rtm.getAddr, Flag.request | Flag.dump, sequence, header, []))
    .flatMap((each) => parseLinkAddress(each) ?? [])
    .filter((each) => each.index === index)
    .map(({ address }) => address);
}

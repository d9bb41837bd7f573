/**
 * Lists the links of a network namespace, asks for one that is not there, sets one up, asks its own namespace for a chain
 * of a packet filter, and prints what the kernel answers and tells.
 */

import { system } from "#system";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_REQUEST_ACK = 0x5;
const NLM_F_REQUEST_DUMP = 0x301;
const IFLA_IFNAME = 3;
const IFF_UP = 1;
const RTMGRP_LINK = 1;
const NFT_MSG_NEWCHAIN = 0xa03;

system.run(() => {
  const netns = system.openNetns(system.arguments()[0] ?? "");
  const socket = system.openNetlink(netns);
  if (socket === undefined) return 1;
  system.writeStandardOutput(socket.receive(0) === undefined ? "nothing yet\n" : "something\n");

  socket.send(request(NLM_F_REQUEST_DUMP, 0));
  const names: string[] = [];
  for (let done = false; !done; ) {
    for (const { type, body } of messages(socket.receive(1000))) {
      if (type === RTM_NEWLINK) names.push(linkName(body));
      done ||= type === NLMSG_DONE;
    }
  }
  system.writeStandardOutput(`${names.sort().join(", ")}\n`);

  socket.send(request(NLM_F_REQUEST_ACK, 12345));
  const [answer] = messages(socket.receive(1000));
  const missing = answer?.type === NLMSG_ERROR && view(answer.body).getInt32(0, true) === -19;
  system.writeStandardOutput(missing ? "No such device\n" : "an unexpected answer\n");
  const events = system.openNetlink(netns, RTMGRP_LINK);
  if (events === undefined) return 1;
  system.writeStandardOutput(events.receive(0) === undefined ? "nothing yet\n" : "something\n");
  socket.send(setUp("test0"));
  const [told] = messages(events.receive(1000));
  system.writeStandardOutput(told?.type === RTM_NEWLINK ? `${linkName(told.body)} changed\n` : "silence\n");
  events.close();
  socket.close();
  const filter = system.openNetfilter();
  if (filter === undefined) return 1;
  filter.send(chainQuestion());
  const [chain] = messages(filter.receive(1000));
  system.writeStandardOutput(chain?.type === NFT_MSG_NEWCHAIN ? "a chain\n" : "an unexpected answer\n");
  filter.closeAside();
  netns.close();
  return 0;
});

/** RTM_NEWLINK that raises a flag of the link with a name of five characters. */
function setUp(name: string): Uint8Array {
  const message = new Uint8Array(44);
  const header = view(message);
  header.setUint32(0, message.length, true);
  header.setUint16(4, RTM_NEWLINK, true);
  header.setUint16(6, NLM_F_REQUEST_ACK, true);
  header.setUint32(24, IFF_UP, true);
  header.setUint32(28, IFF_UP, true);
  header.setUint16(32, 4 + name.length + 1, true);
  header.setUint16(34, IFLA_IFNAME, true);
  message.set(
    Array.from(name, (character) => character.charCodeAt(0)),
    36,
  );
  return message;
}

/** NFT_MSG_GETCHAIN for the chain `c` of the table `t` of IPv4 (struct nfgenmsg, NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME). */
function chainQuestion(): Uint8Array {
  const message = new Uint8Array(36);
  const header = view(message);
  header.setUint32(0, message.length, true);
  header.setUint16(4, NFT_MSG_NEWCHAIN + 1, true);
  header.setUint16(6, NLM_F_REQUEST, true);
  message.set([2, 0, 0, 0, 6, 0, 1, 0, "t".charCodeAt(0), 0, 0, 0, 6, 0, 3, 0, "c".charCodeAt(0), 0], 16);
  return message;
}

/** RTM_GETLINK with an ifinfomsg (rtnetlink(7)). */
function request(flags: number, index: number): Uint8Array {
  const message = new Uint8Array(32);
  const header = view(message);
  header.setUint32(0, message.length, true);
  header.setUint16(4, RTM_GETLINK, true);
  header.setUint16(6, flags, true);
  header.setInt32(20, index, true);
  return message;
}

function messages(datagram: Uint8Array | undefined): { type: number; body: Uint8Array }[] {
  if (datagram === undefined) throw new Error("the kernel does not answer");
  const found: { type: number; body: Uint8Array }[] = [];
  for (let offset = 0; offset < datagram.length; ) {
    const header = view(datagram.subarray(offset));
    const length = header.getUint32(0, true);
    found.push({ type: header.getUint16(4, true), body: datagram.subarray(offset + 16, offset + length) });
    offset += (length + 3) & ~3;
  }
  return found;
}

function linkName(body: Uint8Array): string {
  for (let offset = 16; offset < body.length; ) {
    const attribute = view(body.subarray(offset));
    const length = attribute.getUint16(0, true);
    if (attribute.getUint16(2, true) === IFLA_IFNAME)
      return String.fromCharCode(...body.subarray(offset + 4, offset + length - 1));
    offset += (length + 3) & ~3;
  }
  return "";
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

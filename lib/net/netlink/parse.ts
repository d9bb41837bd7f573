import { decodeUtf8 } from "../../encoding/utf8.ts";
import { addressFromBytes } from "../../ip/address.ts";
import { macFromBytes } from "../../ip/mac.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { Link } from "../link-backend.ts";
import { Ifa, Iff, Ifla, IflaInfo } from "./constants.ts";
import { align, headerLength } from "./message.ts";

/** A message that came from the kernel. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** All that follows the header. */
  readonly body: Uint8Array;
}

/** The messages of a datagram. A length that does not fit ends the reading. */
export function parseMessages(datagram: Uint8Array): Message[] {
  const view = viewOf(datagram);
  const messages: Message[] = [];
  for (let offset = 0; offset + headerLength <= datagram.length; ) {
    const length = view.getUint32(offset, true);
    if (length < headerLength || offset + length > datagram.length) break;
    messages.push({
      type: view.getUint16(offset + 4, true),
      flags: view.getUint16(offset + 6, true),
      sequence: view.getUint32(offset + 8, true),
      body: datagram.subarray(offset + headerLength, offset + length),
    });
    offset += align(length);
  }
  return messages;
}

/** The attributes from `offset` on, by type; of one that comes twice, the last. */
export function parseAttributes(body: Uint8Array, offset: number): Map<number, Uint8Array> {
  const view = viewOf(body);
  const attributes = new Map<number, Uint8Array>();
  for (let at = offset; at + 4 <= body.length; ) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > body.length) break;
    // The two highest bits of a type say how it is encoded (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
    attributes.set(view.getUint16(at + 2, true) & 0x3fff, body.subarray(at + 4, at + length));
    at += align(length);
  }
  return attributes;
}

/** The link that an RTM_NEWLINK message tells of. */
export function parseLink({ body }: Message): Link {
  const view = viewOf(body);
  const attributes = parseAttributes(body, 16);
  const info = attributes.get(Ifla.linkInfo);
  const kind = info && parseAttributes(info, 0).get(IflaInfo.kind);
  const mac = attributes.get(Ifla.address);
  return {
    index: view.getInt32(4, true),
    up: (view.getUint32(8, true) & Iff.up) !== 0,
    name: textOf(attributes.get(Ifla.ifname)) ?? "",
    kind: textOf(kind),
    mac: mac && macFromBytes(mac),
    mtu: numberOf(attributes.get(Ifla.mtu)) ?? 0,
    alias: textOf(attributes.get(Ifla.ifAlias)) ?? "",
    peerIndex: numberOf(attributes.get(Ifla.link)),
  };
}

/** The address that an RTM_NEWADDR message tells of, and the index of its link. */
export function parseLinkAddress({ body }: Message): { index: number; address: Prefix } | undefined {
  const attributes = parseAttributes(body, 8);
  // Of a point-to-point link, IFA_ADDRESS is the other end's; IFA_LOCAL, where there is one, is always ours.
  const address = addressFromBytes(
    attributes.get(Ifa.local) ?? attributes.get(Ifa.address) ?? new Uint8Array(),
  );
  if (address === undefined) return undefined;
  return { index: viewOf(body).getUint32(4, true), address: { address, length: body[1] ?? 0 } };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Text without the zero at its end. */
export function textOf(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  return decodeUtf8(end === -1 ? value : value.subarray(0, end));
}

function numberOf(value: Uint8Array | undefined): number | undefined {
  return value === undefined || value.length < 4 ? undefined : viewOf(value).getUint32(0, true);
}

import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";

/** A frame as it goes over the wire, with its name as its last bytes. */
export interface Frame {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What an Ethernet frame begins with. */
export interface Ethernet {
  readonly from: string;
  readonly to: string;
}

/**
 * An Ethernet frame.
 *
 * @param content Begins with the type, two bytes. Where it is IP, the name becomes the end of its payload: a bridge
 *   cuts off what is behind a packet, and drops packets whose header is wrong (br_netfilter).
 */
export function frame(name: string, { from, to }: Ethernet, content: readonly number[]): Frame {
  const body = [...content, ...new TextEncoder().encode(`<${name}>`)];
  const type = (content[0] ?? 0) * 256 + (content[1] ?? 0);
  if (type === 0x0800) {
    putNumber(body, 4, body.length - 2);
    putNumber(body, 12, 0);
    putNumber(body, 12, checksum(body.slice(2, 22)));
  }
  if (type === 0x86dd) putNumber(body, 6, body.length - 42);
  return { name, bytes: Uint8Array.from([...macBytes(to), ...macBytes(from), ...body]) };
}

function putNumber(bytes: number[], at: number, value: number): void {
  bytes.splice(at, 2, value >> 8, value & 0xff);
}

/** The checksum of the Internet (RFC 1071). */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** ARP (RFC 826), behind the type of the frame. */
export function arp(operation: "request" | "reply", sender: Station, target: Station): number[] {
  const head = [0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, operation === "request" ? 1 : 2];
  return [...head, ...macBytes(sender.mac), ...sender.ip, ...macBytes(target.mac), ...target.ip];
}

interface Station {
  readonly mac: string;
  /** Four bytes. */
  readonly ip: readonly number[];
}

/** IPv4 (RFC 791), behind the type of the frame; {@linkcode frame} puts length and checksum in. */
export function ipv4(source: readonly number[], destination: readonly number[]): number[] {
  return [0x08, 0x00, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 253, 0, 0, ...source, ...destination];
}

/**
 * IPv6 (RFC 8200), behind the type of the frame; {@linkcode frame} puts its length in.
 *
 * @param payload Begins with the number of its protocol.
 */
export function ipv6(
  source: readonly number[],
  destination: readonly number[],
  [protocol = 59, ...payload]: readonly number[] = [],
): number[] {
  return [0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, protocol, 255, ...source, ...destination, ...payload];
}

/** A neighbour solicitation (135) or advertisement (136) of RFC 4861, for {@linkcode ipv6}; nobody checks its sum. */
export function neighbour(type: 135 | 136, target: readonly number[]): number[] {
  return [58, type, 0, 0, 0, 0, 0, 0, 0, ...target];
}

/** Another message of ICMPv6, for {@linkcode ipv6}. */
export function icmpv6(type: number): number[] {
  return [58, type, 0, 0, 0, 0, 0, 0, 0];
}

/** What a VLAN's tag makes of the content of a frame. */
export function tagged(vlan: number, content: readonly number[]): number[] {
  return [0x81, 0x00, vlan >> 8, vlan & 0xff, ...content];
}

/** The bytes of an IPv6 address that is written with all of its groups, or with `::`. */
export function ipv6Bytes(text: string): number[] {
  const [before = "", after = ""] = text.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const missing = 8 - groups(before).length - groups(after).length;
  const all = [...groups(before), ...Array<string>(missing).fill("0"), ...groups(after)];
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}

export function macBytes(text: string): number[] {
  return text.split(":").map((pair) => Number.parseInt(pair, 16));
}

/**
 * Sends frames from one container's eth0, and tells which of them arrive at another one's.
 *
 * A bridge keeps the order: when `last`, which must pass, has arrived, all others have or will not.
 */
export async function arrivals(
  host: Host,
  from: Container,
  to: Container,
  frames: readonly Frame[],
  last: Frame,
): Promise<string[]> {
  const sent = [...frames, last].map(({ name, bytes }) => ({
    name,
    hex: Buffer.from(bytes).toString("hex"),
  }));
  const input = JSON.stringify({ from: from.netns, to: to.netns, frames: sent });
  const arrived: string[] = JSON.parse(await host.run(["/usr/bin/python3", "-c", script], { input }));
  return arrived.filter((name) => name !== last.name);
}

/** Node.js has no packet sockets. */
const script = `
import ctypes, json, os, socket, sys

call = json.load(sys.stdin)
# Each processor has a queue of its own for what a veth is sent: only one of them keeps the order.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
libc = ctypes.CDLL(None, use_errno=True)

def packet_socket(netns):
    descriptor = os.open(netns, os.O_RDONLY)
    if libc.setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(descriptor)
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    opened.bind(("eth0", 0))
    return opened

receiver, sender = packet_socket(call["to"]), packet_socket(call["from"])
receiver.settimeout(10)
for frame in call["frames"]:
    sender.send(bytes.fromhex(frame["hex"]))
arrived = []
while call["frames"][-1]["name"] not in arrived:
    received, address = receiver.recvfrom(65535)
    if address[2] == socket.PACKET_OUTGOING:
        continue
    arrived += [frame["name"] for frame in call["frames"] if ("<%s>" % frame["name"]).encode() in received]
print(json.dumps(arrived))
`;

/** Why no frames can be sent on this machine; undefined when they can. */
export async function missingForFrames(host: Host): Promise<string | undefined> {
  const { status } = await host.attempt(["/usr/bin/python3", "-c", "import ctypes, json, socket"]);
  return status === 0 ? undefined : "needs python3, to send frames";
}

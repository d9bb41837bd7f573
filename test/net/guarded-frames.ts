import { arp, frame, icmpv6, ipv4, ipv6, ipv6Bytes, neighbour, tagged } from "./frames.ts";
import { mac, other, self } from "./guarded.ts";

const own6 = ipv6Bytes("fd00::2");
const own6LinkLocal = ipv6Bytes("fe80::ff:fe00:1");
const spoofed6 = ipv6Bytes("fd00::7");
const other6 = ipv6Bytes("fd00::3");
const allNodes = ipv6Bytes("ff02::1");
const none6 = ipv6Bytes("::");

/** Frames of a container with the addresses that it has. */
export function framesThatPass() {
  const own = (name: string, content: number[]) => frame(name, { from: mac, to: other.mac }, content);
  return [
    own("IPv4", ipv4(self.ip, other.ip)),
    own("an ARP request", arp("request", self, { ...other, mac: "00:00:00:00:00:00" })),
    own("an ARP reply", arp("reply", self, other)),
    own("an ARP announcement", arp("request", self, { ...self, mac: "00:00:00:00:00:00" })),
    own("an ARP probe", arp("request", { mac, ip: [0, 0, 0, 0] }, self)),
    own("IPv6", ipv6(own6, other6)),
    own("IPv6 from the link-local address", ipv6(own6LinkLocal, other6)),
    own("a solicitation", ipv6(own6, other6, neighbour(135, other6))),
    own("an advertisement", ipv6(own6, other6, neighbour(136, own6))),
    own(
      "an advertisement of the link-local address",
      ipv6(own6LinkLocal, allNodes, neighbour(136, own6LinkLocal)),
    ),
    own("an advertisement by the other address", ipv6(own6LinkLocal, allNodes, neighbour(136, own6))),
    own("DAD", ipv6(none6, ipv6Bytes("ff02::1:ff00:2"), neighbour(135, own6))),
    own(
      "DAD of the link-local address",
      ipv6(none6, ipv6Bytes("ff02::1:ff00:1"), neighbour(135, own6LinkLocal)),
    ),
    own("MLD without an address", ipv6(none6, ipv6Bytes("ff02::16"), icmpv6(143))),
    own("MLD", ipv6(own6LinkLocal, ipv6Bytes("ff02::16"), icmpv6(143))),
  ];
}

/** Frames that claim what the container has not. */
export function framesThatAreStopped() {
  const foreign = "02:00:00:00:00:07";
  const spoofed = { mac, ip: [10, 10, 0, 7] };
  const own = (name: string, content: number[]) => frame(name, { from: mac, to: other.mac }, content);
  // Hop-by-hop options (RFC 8200, section 4.3): nothing but padding, and ICMPv6 behind.
  const [icmp = 58, ...advertisement] = neighbour(136, spoofed6);
  const behindOptions = [0, icmp, 0, 1, 4, 0, 0, 0, 0, ...advertisement];
  return [
    frame("a spoofed MAC", { from: foreign, to: other.mac }, ipv4(self.ip, other.ip)),
    own("a spoofed IPv4 source", ipv4(spoofed.ip, other.ip)),
    own("no IPv4 source", ipv4([0, 0, 0, 0], [255, 255, 255, 255])),
    own("a spoofed ARP sender", arp("reply", spoofed, other)),
    own("a spoofed ARP request", arp("request", spoofed, other)),
    own("a spoofed MAC in ARP", arp("reply", { ...self, mac: foreign }, other)),
    own("a spoofed MAC in an ARP probe", arp("request", { mac: foreign, ip: [0, 0, 0, 0] }, self)),
    own("an ARP reply of no address", arp("reply", { mac, ip: [0, 0, 0, 0] }, other)),
    own("a spoofed IPv6 source", ipv6(spoofed6, other6)),
    own("a spoofed link-local source", ipv6(ipv6Bytes("fe80::7"), other6)),
    own("no IPv6 source", ipv6(none6, allNodes)),
    own("a spoofed advertisement", ipv6(own6, other6, neighbour(136, spoofed6))),
    own("a spoofed advertisement to all", ipv6(own6LinkLocal, allNodes, neighbour(136, spoofed6))),
    own("a spoofed advertisement behind options", ipv6(own6, other6, behindOptions)),
    own("an advertisement from a spoofed source", ipv6(spoofed6, other6, neighbour(136, own6))),
    own("a solicitation from a spoofed source", ipv6(spoofed6, other6, neighbour(135, other6))),
    own("DAD of another's address", ipv6(none6, ipv6Bytes("ff02::1:ff00:3"), neighbour(135, other6))),
    own("an advertisement without a source", ipv6(none6, allNodes, neighbour(136, own6))),
    own("a router solicitation without a source", ipv6(none6, ipv6Bytes("ff02::2"), icmpv6(133))),
    own("RARP", [0x80, 0x35, ...arp("request", self, other).slice(2)]),
    own("another type", [0x88, 0xb5, 1, 2, 3, 4]),
    own("IPX in a frame with a length", [0, 30, 0xff, 0xff, ...Array<number>(28).fill(0)]),
    own("IPv4 in a VLAN", tagged(5, ipv4(self.ip, other.ip))),
    own("a spoofed IPv4 source in a VLAN", tagged(5, ipv4(spoofed.ip, other.ip))),
    own("IPv4 with a priority tag", tagged(0, ipv4(self.ip, other.ip))),
    own("ARP in a VLAN", tagged(5, arp("reply", self, other))),
    own("IPv6 in a VLAN", tagged(5, ipv6(own6, other6))),
    own("an advertisement in a VLAN", tagged(5, ipv6(own6, other6, neighbour(136, own6)))),
    own("IPv4 in a VLAN in a VLAN", [0x88, 0xa8, 0, 5, ...tagged(5, ipv4(self.ip, other.ip))]),
  ];
}

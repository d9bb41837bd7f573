import { describe, expect, test } from "vitest";
import { type EncodedOperation, encode } from "../../lib/net/netlink/encode.ts";
import { parseLink, parseVlans } from "../../lib/net/netlink/parse.ts";
import { parseMessages } from "../../lib/net/netlink/parse-messages.ts";
import { address, link, mac, prefix } from "./values.ts";

const vlans = { do: "add vlans", where: "host", port: link("veth0") } as const;

/**
 * Operations on VLANs, and what `bridge` (iproute2 6.1.0, as strace showed it) sends for them: not every kernel has VLANs,
 * so there are those on which only this can be compared. The index of the port is 4, the number of the message 1.
 */
const asBridgeSendsThem: [string, EncodedOperation, string][] = [
  [
    "bridge vlan add dev veth0 vid 7 pvid untagged",
    { ...vlans, native: 7, tagged: [] },
    `2c000000 1300 0500 01000000 00000000  07 00 0000 04000000 00000000 00000000
     0c00 1a00  0800 0200 0600 0700`,
  ],
  [
    "bridge vlan add dev veth0 vid 10-20",
    { ...vlans, tagged: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] },
    `34000000 1300 0500 01000000 00000000  07 00 0000 04000000 00000000 00000000
     1400 1a00  0800 0200 0800 0a00  0800 0200 1000 1400`,
  ],
  [
    "bridge vlan add dev veth0 vid 30",
    { ...vlans, tagged: [30] },
    `2c000000 1300 0500 01000000 00000000  07 00 0000 04000000 00000000 00000000
     0c00 1a00  0800 0200 0000 1e00`,
  ],
  [
    "bridge vlan del dev veth0 vid 1",
    { do: "remove vlan", where: "host", port: link("veth0"), vlan: 1 },
    `2c000000 1100 0500 01000000 00000000  07 00 0000 04000000 00000000 00000000
     0c00 1a00  0800 0200 0000 0100`,
  ],
  [
    "all at once, which `bridge` has no command for",
    { ...vlans, native: 7, tagged: [10, 11, 30] },
    `44000000 1300 0500 01000000 00000000  07 00 0000 04000000 00000000 00000000
     2400 1a00  0800 0200 0600 0700  0800 0200 0800 0a00  0800 0200 1000 0b00  0800 0200 0000 1e00`,
  ],
];

/** The others that VLANs need; the link goes by its name, where `ip` sends its index, and texts end with a zero. */
const withName: [string, EncodedOperation, string][] = [
  [
    "ip link add br0 address 02:00:00:00:00:01 type bridge vlan_filtering 1",
    {
      ...{ do: "create bridge", where: "host", name: link("br0"), mac: mac("02:00:00:00:00:01") },
      vlanFiltering: true,
    } as const,
    `50000000 1000 0506 01000000 00000000  00 00 0000 00000000 00000000 00000000
     0800 0300 62723000  0a00 0100 020000000001 0000
     1c00 1200  0b00 0100 627269646765 00 00  0c00 0200  0500 0700 01 000000`,
  ],
  [
    "ip link set br0 type bridge vlan_filtering 1",
    { do: "set vlan filtering", where: "host", name: link("br0") },
    `44000000 1000 0500 01000000 00000000  00 00 0000 00000000 00000000 00000000
     0800 0300 62723000
     1c00 1200  0b00 0100 627269646765 00 00  0c00 0200  0500 0700 01 000000`,
  ],
];

describe("an operation is a message", () => {
  test.each([...asBridgeSendsThem, ...withName])("%s", (_, operation, bytes) => {
    expect(hexOf(compose(operation))).toBe(withoutSpace(bytes));
  });

  test("with a table and a flag that the header of a route has no room for, or a place of its own for", () => {
    const composed = compose({
      ...{ do: "add route", where: "container", link: link("eth0"), to: prefix("0.0.0.0/0") },
      ...{ via: address("169.254.1.1"), onlink: true, table: 1000 },
    } as const);
    expect(hexOf(composed)).toBe(
      withoutSpace(
        `34000000 1800 0504 01000000 00000000  02 00 00 00 00 03 00 01 04000000
         0800 0500 a9fe0101  0800 0400 04000000  0800 0f00 e8030000`,
      ),
    );
  });
});

describe("what the kernel tells", () => {
  test("of the VLANs of a port", () => {
    const told = newLink(
      bridgeFamily,
      `3400 1a80  0800 0200 0600 0700  0800 0200 0800 0a00  0800 0200 1000 0c00  0800 0200 0400 1e00
       0800 0300 00000000  0500 0100 01 000000`,
    );
    const plain = { isNative: false, isUntagged: false };
    expect(parseVlans(told)).toEqual([
      { vlan: 7, isNative: true, isUntagged: true },
      ...[10, 11, 12].map((vlan) => ({ vlan, ...plain })),
      { vlan: 30, isNative: false, isUntagged: true },
    ]);
    expect(parseVlans(newLink(bridgeFamily, ""))).toEqual([]);
  });

  test("of a bridge that keeps VLANs apart", () => {
    const told = newLink(
      "00",
      `0800 0300 62723000
       2400 1280  0a00 0100 627269646765 0000  1400 0280  0500 0700 01 000000  0600 2700 0500 0000`,
    );
    expect(parseLink(told)).toMatchObject({
      name: "br0",
      kind: "bridge",
      vlanFiltering: true,
      defaultVlan: 5,
    });
  });

  test("is read as far as it makes sense", () => {
    const whole = compose({ do: "set mtu", where: "host", name: link("br0"), mtu: 1400 });
    expect(parseMessages(whole.subarray(0, whole.length - 1))).toEqual([]);
    const [cut] = parseMessages(whole);
    if (cut === undefined) throw new Error("a whole message is none");
    // The length of the second attribute says more than there is.
    cut.body[24] = 200;
    expect(parseLink(cut)).toMatchObject({ name: "br0", mtu: 0 });
  });
});

const bridgeFamily = "07";

function compose(operation: EncodedOperation): Uint8Array {
  return encode(operation, 1, { indexOf: () => 4, containerDescriptor: 9 });
}

/** RTM_NEWLINK about the link 4. */
function newLink(family: string, attributes: string) {
  const header = `${family} 00 0000 04000000 00000000 00000000`;
  return { type: 16, flags: 0, sequence: 1, body: bytesOf(header + attributes) };
}

function withoutSpace(hex: string): string {
  return hex.replaceAll(/\s/g, "");
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(withoutSpace(hex), "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

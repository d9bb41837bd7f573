import { describe, expect, test } from "vitest";
import { batch } from "../../lib/net/iproute2/batch.ts";
import { parseLinks, parseVlans } from "../../lib/net/iproute2/parse.ts";
import { render } from "../../lib/net/iproute2/render.ts";
import type { LinkOperation } from "../../lib/net/link-operation.ts";
import { address, link, mac, prefix } from "./values.ts";

const port = {
  do: "create port",
  where: "host",
  name: link("veth0"),
  mac: mac("02:00:00:00:00:02"),
  bridge: link("br0"),
} as const;
const peer = { peerName: link("eth0"), peerMac: mac("02:00:00:00:00:03"), alias: "a" } as const;
const route = { do: "add route", where: "container", link: link("eth0"), onlink: false } as const;
const bridge = {
  do: "create bridge",
  where: "host",
  name: link("br0"),
  mac: mac("02:00:00:00:00:01"),
} as const;
const gateway = {
  ...({ do: "create vlan gateway", where: "host", name: link("br0.7"), bridge: link("br0") } as const),
  ...{ mac: mac("02:00:00:00:00:02"), portName: link("veth7"), portMac: mac("02:00:00:00:00:03") },
};
const vlans = { do: "add vlans", where: "host", port: link("veth0") } as const;
const configure = { do: "configure port", where: "host", name: link("veth0") } as const;

/** Operations, and what they are as commands. */
const commands = Array.from<[LinkOperation, ...string[]], [string, LinkOperation]>(
  [
    [
      { ...bridge, mtu: 1400, vlanFiltering: false },
      "ip link add name br0 address 02:00:00:00:00:01 mtu 1400 type bridge",
    ],
    [
      { ...bridge, vlanFiltering: true },
      "ip link add name br0 address 02:00:00:00:00:01 type bridge vlan_filtering 1",
    ],
    [
      { ...port, ...peer, mtu: 1400 },
      "ip link add name veth0 address 02:00:00:00:00:02 mtu 1400 numtxqueues 1 numrxqueues 1 master br0 up type veth peer name eth0 address 02:00:00:00:00:03 mtu 1400 numtxqueues 1 numrxqueues 1 netns /proc/1/fd/9",
    ],
    [
      { ...port, ...peer },
      "ip link add name veth0 address 02:00:00:00:00:02 numtxqueues 1 numrxqueues 1 master br0 up type veth peer name eth0 address 02:00:00:00:00:03 numtxqueues 1 numrxqueues 1 netns /proc/1/fd/9",
    ],
    [
      { ...gateway, mtu: 1400 },
      "ip link add name veth7 address 02:00:00:00:00:03 mtu 1400 numtxqueues 1 numrxqueues 1 master br0 up type veth peer name br0.7 address 02:00:00:00:00:02 mtu 1400 numtxqueues 1 numrxqueues 1",
    ],
    [
      gateway,
      "ip link add name veth7 address 02:00:00:00:00:03 numtxqueues 1 numrxqueues 1 master br0 up type veth peer name br0.7 address 02:00:00:00:00:02 numtxqueues 1 numrxqueues 1",
    ],
    [{ do: "label link", where: "host", name: link("br0"), alias: "a b" }, 'ip link set dev br0 alias "a b"'],
    [
      { do: "plug port", where: "host", name: link("veth0"), bridge: link("br0") },
      "ip link set dev veth0 master br0",
    ],
    [
      { ...configure, hairpin: true, isolated: false },
      "ip link set dev veth0 type bridge_slave hairpin on isolated off",
    ],
    [
      { ...configure, hairpin: false, isolated: true },
      "ip link set dev veth0 type bridge_slave hairpin off isolated on",
    ],
    [
      { do: "remove vlan", where: "host", port: link("veth0"), vlan: 1 },
      "bridge vlan delete dev veth0 vid 1",
    ],
    [{ ...vlans, native: 7, tagged: [] }, "bridge vlan add dev veth0 vid 7 pvid untagged"],
    [{ ...vlans, tagged: [30] }, "bridge vlan add dev veth0 vid 30"],
    [
      { ...vlans, native: 7, tagged: [10, 11, 12, 30, 4093, 4094] },
      "bridge vlan add dev veth0 vid 7 pvid untagged",
      "bridge vlan add dev veth0 vid 10-12",
      "bridge vlan add dev veth0 vid 30",
      "bridge vlan add dev veth0 vid 4093-4094",
    ],
    [{ ...vlans, tagged: [] }],
    [{ do: "set promiscuous", where: "host", name: link("br0") }, "ip link set dev br0 promisc on"],
    [{ do: "set mtu", where: "container", name: link("eth0"), mtu: 1400 }, "ip link set dev eth0 mtu 1400"],
    [
      { do: "set vlan filtering", where: "host", name: link("br0") },
      "ip link set dev br0 type bridge vlan_filtering 1",
    ],
    [
      { do: "set mac", where: "container", name: link("eth0"), mac: mac("02:00:00:00:00:03") },
      "ip link set dev eth0 address 02:00:00:00:00:03",
    ],
    [{ do: "set up", where: "host", name: link("up") }, "ip link set dev up up"],
    [
      { do: "forget neighbour", where: "host", link: link("br0"), address: address("10.1.2.3") },
      "ip neighbour flush to 10.1.2.3 dev br0 nud all",
    ],
    [addressTo("10.1.2.3/24"), "ip address add 10.1.2.3/24 broadcast + dev eth0"],
    [addressTo("10.1.2.3/30"), "ip address add 10.1.2.3/30 broadcast + dev eth0"],
    [addressTo("10.1.2.3/31"), "ip address add 10.1.2.3/31 dev eth0"],
    [addressTo("fd00::2/64"), "ip address add fd00::2/64 dev eth0 nodad"],
    [addressTo("fd00::2/64", true), "ip address add fd00::2/64 dev eth0"],
    [addressTo("10.1.2.3/24", true), "ip address add 10.1.2.3/24 broadcast + dev eth0"],
    [
      { do: "delete address", where: "host", link: link("br0"), address: prefix("10.1.2.3/24") },
      "ip address delete 10.1.2.3/24 dev br0",
    ],
    [
      { ...route, to: prefix("0.0.0.0/0"), via: address("10.1.2.1") },
      "ip route prepend 0.0.0.0/0 via 10.1.2.1 dev eth0",
    ],
    [
      { ...route, to: prefix("0.0.0.0/0"), via: address("169.254.1.1"), onlink: true },
      "ip route prepend 0.0.0.0/0 via 169.254.1.1 dev eth0 onlink",
    ],
    [{ ...route, to: prefix("::/0"), via: address("fd00::1") }, "ip route prepend ::/0 via fd00::1 dev eth0"],
    [
      { ...route, to: prefix("192.0.2.9/24"), mtu: 1400, advmss: 1300, priority: 5, table: 100, scope: 253 },
      "ip route prepend 192.0.2.0/24 dev eth0 mtu 1400 advmss 1300 metric 5 table 100 scope 253",
    ],
    [{ do: "delete link", where: "host", name: link("veth0") }, "ip link delete dev veth0"],
  ],
  ([operation, ...lines]) => [lines.join("; "), operation],
);

describe("an operation is commands of iproute2", () => {
  test.each(commands)("%s", (lines, operation) => {
    const rendered = render(operation, "/proc/1/fd/9");
    expect(rendered.map(({ program, words }) => `${program} ${batch([words])}`.trimEnd()).join("; ")).toBe(
      lines,
    );
  });
});

describe("what is read of what iproute2 prints", () => {
  test("are the VLANs of a port, one by one or in runs", () => {
    const printed = [
      {
        ifname: "veth0",
        vlans: [{ vlan: 7, flags: ["PVID", "Egress Untagged"] }, { vlan: 10, vlanEnd: 12 }, { vlan: 30 }],
      },
    ];
    const plain = { isNative: false, isUntagged: false };
    expect(parseVlans(JSON.stringify(printed))).toEqual([
      { vlan: 7, isNative: true, isUntagged: true },
      ...[10, 11, 12, 30].map((vlan) => ({ vlan, ...plain })),
    ]);
    expect(parseVlans("[]\n")).toEqual([]);
    expect(parseVlans("")).toEqual([]);
  });

  test("is a bridge with VLANs", () => {
    const info_data = { vlan_filtering: 1, vlan_default_pvid: 5 };
    const printed = [{ ifindex: 2, ifname: "br0", linkinfo: { info_kind: "bridge", info_data } }];
    const [bridge] = parseLinks(JSON.stringify(printed), () => undefined);
    expect(bridge).toMatchObject({ kind: "bridge", vlanFiltering: true, defaultVlan: 5 });
  });

  test("is what became of an address", () => {
    const of = (text: string, more: object) => ({ local: text, prefixlen: 64, ...more });
    const addr_info = [
      of("fd00::1", {}),
      of("fd00::2", { tentative: true }),
      of("fd00::3", { dadfailed: true, tentative: true }),
    ];
    const [found] = parseLinks(JSON.stringify([{ ifindex: 2, ifname: "e", addr_info }]), () => undefined);
    expect(found?.addresses.map(({ detection }) => detection)).toEqual(["done", "tentative", "failed"]);
  });
});

describe("a batch", () => {
  test("is a line for each command, of words that are quoted where they need it", () => {
    expect(
      batch([
        ["a", "b/c:d.e@f+g-h_1"],
        ["ä", "x y", "$(z)", "*"],
      ]),
    ).toBe('a b/c:d.e@f+g-h_1\n"ä" "x y" "$(z)" "*"\n');
  });

  test("has an empty word too", () => {
    expect(batch([["alias", ""]])).toBe('alias ""\n');
  });

  test("has words with marks of one kind between those of the other", () => {
    expect(batch([["a'b", 'a"b', "a\\b"]])).toBe(`"a'b" 'a"b' "a\\b"\n`);
  });

  test.each(["a#b", "\"'", "a\nb", "a\u0000b"])("cannot say %j", (word) => {
    expect(() => batch([["link", word]])).toThrow(
      expect.objectContaining({ code: 7, message: `${JSON.stringify(word)} cannot be passed to ip -batch` }),
    );
  });
});

function addressTo(text: string, detectDuplicates = false): LinkOperation {
  return {
    do: "add address",
    where: "container",
    link: link("eth0"),
    address: prefix(text),
    detectDuplicates,
  };
}

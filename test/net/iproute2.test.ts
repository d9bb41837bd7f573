import { describe, expect, test } from "vitest";
import { batch } from "../../lib/net/iproute2/batch.ts";
import { render } from "../../lib/net/iproute2/render.ts";
import type { LinkOperation } from "../../lib/net/operation.ts";
import { address, link, mac, prefix } from "./values.ts";

const port = {
  do: "create port",
  where: "host",
  name: link("veth0"),
  mac: mac("02:00:00:00:00:02"),
  bridge: link("br0"),
} as const;
const peer = { peerName: link("eth0"), peerMac: mac("02:00:00:00:00:03"), alias: "a" } as const;
const route = { do: "add route", where: "container", link: link("eth0") } as const;

/** Operations, and what they are as commands. */
const commands = Array.from<[LinkOperation, string], [string, LinkOperation]>(
  [
    [
      { do: "create bridge", where: "host", name: link("br0"), mac: mac("02:00:00:00:00:01"), mtu: 1400 },
      "link add name br0 address 02:00:00:00:00:01 mtu 1400 type bridge",
    ],
    [
      { ...port, ...peer, mtu: 1400 },
      "link add name veth0 address 02:00:00:00:00:02 mtu 1400 master br0 up type veth peer name eth0 address 02:00:00:00:00:03 mtu 1400 netns /proc/1/fd/9",
    ],
    [
      { ...port, ...peer },
      "link add name veth0 address 02:00:00:00:00:02 master br0 up type veth peer name eth0 address 02:00:00:00:00:03 netns /proc/1/fd/9",
    ],
    [{ do: "label link", where: "host", name: link("br0"), alias: "a b" }, 'link set dev br0 alias "a b"'],
    [
      { do: "configure port", where: "host", name: link("veth0"), hairpin: true },
      "link set dev veth0 type bridge_slave hairpin on",
    ],
    [
      { do: "configure port", where: "host", name: link("veth0"), hairpin: false },
      "link set dev veth0 type bridge_slave hairpin off",
    ],
    [{ do: "set up", where: "host", name: link("up") }, "link set dev up up"],
    [addressTo("10.1.2.3/24"), "address add 10.1.2.3/24 broadcast + dev eth0"],
    [addressTo("10.1.2.3/30"), "address add 10.1.2.3/30 broadcast + dev eth0"],
    [addressTo("10.1.2.3/31"), "address add 10.1.2.3/31 dev eth0"],
    [addressTo("fd00::2/64"), "address add fd00::2/64 dev eth0 nodad"],
    [
      { do: "delete address", where: "host", link: link("br0"), address: prefix("10.1.2.3/24") },
      "address delete 10.1.2.3/24 dev br0",
    ],
    [
      { ...route, to: prefix("0.0.0.0/0"), via: address("10.1.2.1") },
      "route prepend 0.0.0.0/0 via 10.1.2.1 dev eth0",
    ],
    [{ ...route, to: prefix("::/0"), via: address("fd00::1") }, "route prepend ::/0 via fd00::1 dev eth0"],
    [
      { ...route, to: prefix("192.0.2.9/24"), mtu: 1400, advmss: 1300, priority: 5, table: 100, scope: 253 },
      "route prepend 192.0.2.0/24 dev eth0 mtu 1400 advmss 1300 metric 5 table 100 scope 253",
    ],
    [{ do: "delete link", where: "host", name: link("veth0") }, "link delete dev veth0"],
  ],
  ([operation, command]) => [command, operation],
);

describe("an operation is a command of ip", () => {
  test.each(commands)("%s", (command, operation) => {
    expect(batch([render(operation, "/proc/1/fd/9")])).toBe(`${command}\n`);
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

function addressTo(text: string): LinkOperation {
  return { do: "add address", where: "container", link: link("eth0"), address: prefix(text) };
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dns } from "../../lib/cni/result.ts";
import { resolvConfOf } from "../../lxc/dns/resolv-conf.ts";

/** The lines for the resolver, without the heading. */
function linesOf(...all: Dns[]): string[] | undefined {
  const text = resolvConfOf(all).text;
  if (text === undefined) return undefined;
  expect(text).toMatch(/^#.*\n/);
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n").slice(1);
}

describe("resolv.conf", () => {
  test("is not made where no network has anything to say", () => {
    expect(resolvConfOf([])).toEqual({ text: undefined, leftOut: [] });
    expect(resolvConfOf([{}, { nameservers: [], domain: "", search: [], options: [] }])).toEqual({
      text: undefined,
      leftOut: [],
    });
  });

  test("has what the networks say, in their order, and once", () => {
    expect(
      linesOf(
        { nameservers: ["10.0.0.1"], search: ["a.example"], options: ["ndots:2"] },
        {},
        { nameservers: ["fd00::53", "10.0.0.1"], search: ["b.example", "a.example"], options: ["rotate"] },
      ),
    ).toEqual([
      "nameserver 10.0.0.1",
      "nameserver fd00::53",
      "search a.example b.example",
      "options ndots:2 rotate",
    ]);
  });

  test("has three servers at most, and says which ones were left out", () => {
    const nameservers = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
    expect(linesOf({ nameservers })).toEqual(nameservers.slice(0, 3).map((each) => `nameserver ${each}`));
    expect(resolvConfOf([{ nameservers }]).leftOut).toEqual([
      "nameserver 10.0.0.4, since resolvers ask no more than 3",
    ]);
  });

  test("counts an address that is written in two ways once", () => {
    expect(linesOf({ nameservers: ["FD00:0::53", "fd00::53", "::ffff:10.0.0.1"] })).toEqual([
      "nameserver fd00::53",
      "nameserver 10.0.0.1",
    ]);
  });

  test.each<[string, Dns[], string]>([
    ["one domain", [{ domain: "a.example" }], "domain a.example"],
    [
      "two domains, as a search list",
      [{ domain: "a.example" }, { domain: "b.example" }],
      "search a.example b.example",
    ],
    ["the search list of one network before its domain", [{ domain: "d", search: ["s"] }], "search s"],
    [
      "the domain of another network beside a search list",
      [{ domain: "d" }, { search: ["s"] }],
      "search d s",
    ],
    ["the same domain twice, as one", [{ domain: "d" }, { domain: "d" }], "domain d"],
    ["the root alone as a search list", [{ search: ["."] }], "search ."],
    [
      "of two values of an option the first",
      [{ options: ["ndots:1"] }, { options: ["ndots:5"] }],
      "options ndots:1",
    ],
  ])("has %s", (_, all, line) => {
    expect(linesOf(...all)).toEqual([line]);
  });

  test.each<[keyof Dns, string]>([
    ["nameservers", "10.0.0.1\nnameserver 6.6.6.6"],
    ["nameservers", "10.0.0.1 # x"],
    ["nameservers", "10.0.0.1\0"],
    ["nameservers", "10.0.0.256"],
    ["nameservers", "ns.example"],
    ["nameservers", "fd00::53%eth0"],
    ["nameservers", "10.0.0.1%eth0"],
    ["nameservers", "fe80::1%"],
    ["nameservers", "fe80::1%a b"],
    ["nameservers", "fe80::1%eth0%eth0"],
    ["domain", "a.example\nnameserver 6.6.6.6"],
    ["domain", "a.example b.example"],
    ["domain", "a..example"],
    ["domain", ".a"],
    ["domain", "ä.example"],
    ["domain", "a".repeat(64)],
    ["domain", `${"a.".repeat(127)}a`],
    ["search", "a\tb"],
    ["search", "a\r"],
    ["search", ""],
    ["options", "ndots:2 debug"],
    ["options", "ndots:\n"],
    ["options", "#"],
    ["options", ""],
  ])("leaves out of %s what is none: %j", (key, value) => {
    const dns = key === "domain" ? { domain: value } : { [key]: [value] };
    const { text, leftOut } = resolvConfOf([dns]);
    expect(text).toBeUndefined();
    expect(leftOut).toEqual([expect.stringMatching(/^[\x20-\x7e\u0080-\u{10ffff}]+, since it is none$/u)]);
    expect(linesOf(dns, { nameservers: ["10.0.0.1"] })).toEqual(["nameserver 10.0.0.1"]);
  });

  test("takes what is of a single link with the interface of the container", () => {
    expect(linesOf({ nameservers: ["FE80::1%eth0"] })).toEqual(["nameserver fe80::1%eth0"]);
  });

  test("has nothing in it but what resolvers know, whatever results say", () => {
    const word = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "10.0.0.1",
        "fd00::1",
        "fe80::1%eth0",
        "a.example",
        "ndots:2",
        "\n",
        " ",
        "\0",
        "#",
        ";",
      ),
      fc.stringMatching(/^(nameserver|search|[a-z0-9.:%]+)[\s\0][a-z0-9.:#]+$/),
    );
    const words = fc.option(fc.array(word), { nil: undefined });
    const dns = fc.record({
      nameservers: words,
      domain: fc.option(word, { nil: undefined }),
      search: words,
      options: words,
    });
    fc.assert(
      fc.property(fc.array(dns), (all) => {
        const lines = linesOf(...(all as Dns[])) ?? [];
        const order = lines.map((line) => line.split(" ")[0]);
        expect(order.filter((keyword) => keyword !== "nameserver")).toEqual(
          ["domain", "search", "options"].filter((keyword) => order.includes(keyword)),
        );
        expect(order.filter((keyword) => keyword === "nameserver").length).toBeLessThanOrEqual(3);
        for (const line of lines) {
          expect(line).toMatch(
            /^(nameserver [0-9a-f.:]+(%[^\s/:%]+)?|domain \S+|search \S+( \S+)*|options [a-z0-9:.A-Z-]+( [a-z0-9:.A-Z-]+)*)$/,
          );
        }
      }),
    );
  });
});

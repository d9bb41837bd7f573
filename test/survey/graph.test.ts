import { describe, expect, test } from "vitest";
import type { Graph } from "../../lxc/graph/graph.ts";
import { graphInSvg } from "../../lxc/graph/svg.ts";
import { graphInText, isUtf8Locale } from "../../lxc/graph/text.ts";
import { largeGraph } from "./drawn.ts";

const odd: Graph = {
  bridges: [
    {
      name: `br<&">\u001b[2J`,
      addresses: [],
      problem: "gone",
      networks: ["net"],
      ends: [
        {
          container: "</text><script>",
          interface: "eth0",
          addresses: [],
          state: "broken",
          notes: [`"a" & <b>\u0007`],
        },
        { container: "n".repeat(200), interface: "eth1", addresses: ["10.0.0.2/24"], state: "ok", notes: [] },
      ],
    },
  ],
};

describe("a graph in text", () => {
  test("has each container below its bridge, in columns", () => {
    const [first = "", second = ""] = graphInText(largeGraph(), true).split("\n\n");
    expect(first).toBe(
      `cnibr0  10.10.0.1/16, fd00:10:10::1/64  (simplenet)
├─ web    eth0  10.10.0.2/16, fd00:10:10::2/64
├─ db     eth0  10.10.0.3/16, fd00:10:10::3/64
├─ cache  eth0  10.10.0.4/16, fd00:10:10::4/64
├─ mail   eth0  10.10.0.5/16, fd00:10:10::5/64
├─ proxy  eth0  10.10.0.6/16, fd00:10:10::6/64  broken: veth2v54i77b4w6 is down
└─ build  eth0  10.10.0.7/16, fd00:10:10::7/64`,
    );
    expect(second.split("\n")[0]).toBe("cni-backnet  10.20.0.1/16, fd00:20:10::1/64  (backnet, backup)");
  });

  test("is ASCII where the locale is not UTF-8, and sends no terminal anything odd", () => {
    const plain = graphInText(odd, false);
    expect(plain).toMatch(/^[\n\x20-\x7e]*$/);
    expect(plain).toContain("|- </text><script>");
    expect(plain).toContain("`- nnnn");
    expect(isUtf8Locale({ LANG: "de_DE.UTF-8" })).toBe(true);
    expect(isUtf8Locale({ LC_ALL: "C", LANG: "de_DE.UTF-8" })).toBe(false);
    expect(isUtf8Locale({ LC_ALL: "", LC_CTYPE: "C.utf8" })).toBe(true);
    expect(isUtf8Locale({})).toBe(false);
  });

  test("says so where there is nothing", () => {
    expect(graphInText({ bridges: [] }, true)).toBe("nothing is attached to any bridge\n");
  });
});

describe("a graph in SVG", () => {
  test("has every name and address, and a wire for each interface", () => {
    const svg = graphInSvg(largeGraph());
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, content]) => content);
    for (const each of ["cnibr0", "monitoring", "10.20.0.1/16", "fd00:30:10::5/64", "broken", "stale"]) {
      expect(texts).toContain(each);
    }
    expect(svg.match(/<path /g)).toHaveLength(14);
    expect(svg).toContain("<title>veth2v54i77b4w6 is down</title>");
  });

  test("draws nothing over another", () => {
    const boxes = [
      ...graphInSvg(largeGraph()).matchAll(/<rect x="(\d+)" y="([\d.]+)" width="(\d+)" height="([\d.]+)"/g),
    ]
      .map(([, ...numbers]) => numbers.map(Number))
      .map(([x = 0, y = 0, width = 0, height = 0]) => ({ x, y, right: x + width, bottom: y + height }));
    expect(boxes).toHaveLength(15);
    const overlap = (a: (typeof boxes)[0], b: (typeof boxes)[0]) =>
      a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom;
    expect(boxes.filter((a, index) => boxes.slice(index + 1).some((b) => overlap(a, b)))).toEqual([]);
  });

  test("means by a name nothing but its text, and shortens it where there is no room", () => {
    const svg = graphInSvg(odd);
    expect(svg).not.toContain("<script");
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;");
    expect(svg).toContain(`<title>${"n".repeat(200)}</title>`);
    expect(svg).toContain("&quot;a&quot; &amp; &lt;b&gt;\ufffd");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none.
    expect(svg).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });
});

import type { Graph, GraphBridge, GraphEnd } from "./graph.ts";
import { cardHeight, layOut, type PlacedBridge, type PlacedCard, rowMiddle, sizes } from "./layout.ts";
import { element, escaped, line } from "./svg-element.ts";

/** Of bridges, in their order: hues that those tell apart, too, who see colours otherwise (Okabe and Ito). */
const hues = ["#0072b2", "#b8500a", "#00795a", "#a8477f", "#6f5a00", "#4b4bb5"];

/** Of a state: a colour, and a sign, since not everybody sees the colour. */
const states: Readonly<Record<GraphEnd["state"], { readonly colour: string; readonly sign: string }>> = {
  ok: { colour: "#1a7f37", sign: "" },
  stale: { colour: "#9a6700", sign: "stale" },
  broken: { colour: "#cf222e", sign: "broken" },
  checkpointed: { colour: "#9a6700", sign: "checkpointed" },
};

const style = `text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328; }
.name { font-weight: 600; }
.address { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; }
.quiet { font-size: 12px; fill: #57606a; }
.state { font-size: 12px; text-anchor: end; }`;

/** Draws a graph as an SVG document: bridges on the left, containers on the right, and a line for each interface. */
export function graphInSvg({ bridges }: Graph): string {
  const { cards, placed, width, height } = layOut(bridges);
  const size = { width, height };
  return `${element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, ...size },
    [
      element("title", {}, ["Bridges of this host, and the containers on them"]),
      element("style", {}, [style]),
      // A panel of its own, so that the picture reads on any background.
      element("rect", { ...size, rx: 12, fill: "#f6f8fa" }),
      ...cards.flatMap((card) => wiresOf(card, placed)),
      ...placed.map(drawBridge),
      ...cards.map(drawCard),
      ...(bridges.length === 0 ? [line("nothing is attached to any bridge", 60, { x: 24, y: 44 })] : []),
    ],
  )}\n`;
}

function hueOf(bridge: number): string {
  return hues[bridge % hues.length] ?? "#1f2328";
}

function wiresOf(card: PlacedCard, placed: readonly PlacedBridge[]): string[] {
  return card.rows.map(({ bridge, end }, index) => {
    const from = placed[bridge]?.middle ?? 0;
    const to = rowMiddle(card, index);
    const [left, right] = [sizes.bridgeRight, sizes.cardLeft];
    const bend = (right - left) / 2;
    const isWhole = end.state === "ok";
    return element("path", {
      d: `M${left} ${from}C${left + bend} ${from} ${right - bend} ${to} ${right} ${to}`,
      fill: "none",
      stroke: isWhole ? hueOf(bridge) : states[end.state].colour,
      "stroke-width": 2,
      ...(isWhole ? {} : { "stroke-dasharray": "6 4" }),
    });
  });
}

function drawBridge({ bridge, top, height }: PlacedBridge, index: number): string {
  const hue = hueOf(index);
  const { bridgeLeft: left, bridgeRight: right, lineHeight } = sizes;
  const lines = [
    ...bridge.addresses.map((address) => ({ text: address, class: "address", room: 30 })),
    { text: networksOf(bridge), class: "quiet", room: 32 },
  ];
  const x = left + 14;
  return element("g", {}, [
    element("rect", {
      ...{
        x: left,
        y: top,
        width: right - left,
        height,
        rx: 8,
        fill: "#ffffff",
        stroke: hue,
        "stroke-width": 2,
      },
      ...(bridge.problem === undefined ? {} : { "stroke-dasharray": "6 4" }),
    }),
    line(bridge.name ?? "on no bridge", 24, { x, y: top + 22, class: "name" }),
    ...(bridge.problem === undefined
      ? []
      : [
          line(bridge.problem, 10, {
            x: right - 14,
            y: top + 22,
            class: "state",
            style: `fill: ${states.broken.colour}`,
          }),
        ]),
    ...lines.map((each, at) =>
      line(each.text, each.room, { x, y: top + 22 + (at + 1) * lineHeight, class: each.class }),
    ),
  ]);
}

function networksOf({ networks }: GraphBridge): string {
  return `${networks.length === 1 ? "network" : "networks"} ${networks.join(", ")}`;
}

function drawCard(card: PlacedCard): string {
  const { cardLeft: left, cardWidth: width } = sizes;
  return element("g", {}, [
    element("rect", {
      ...{ x: left, y: card.top, width, height: cardHeight(card), rx: 8 },
      ...{ fill: "#ffffff", stroke: "#8c959f", "stroke-width": 1.5 },
    }),
    line(card.container, 17, { x: left + 14, y: card.top + 21, class: "name" }),
    ...card.rows.flatMap(({ end, bridge }, index) => drawEnd(end, hueOf(bridge), rowMiddle(card, index))),
  ]);
}

function drawEnd(end: GraphEnd, hue: string, middle: number): string[] {
  const { cardLeft: left, cardWidth: width } = sizes;
  const { colour, sign } = states[end.state];
  const y = middle + 4;
  return [
    element("circle", { cx: left, cy: middle, r: 4, fill: end.state === "ok" ? hue : colour }),
    line(end.interface, 15, { x: left + 150, y, class: "quiet" }),
    ...drawAddresses(end.addresses, left + 245, y),
    ...(sign === ""
      ? []
      : [
          element("g", {}, [
            element("title", {}, [escaped(end.notes.join(", "))]),
            line(sign, 10, { x: left + width - 14, y, class: "state", style: `fill: ${colour}` }),
          ]),
        ]),
  ];
}

/** Of two families, the second has a column of its own. */
function drawAddresses([first = "", ...others]: readonly string[], x: number, y: number): string[] {
  if (others.length === 0) return [line(first, 46, { x, y, class: "address" })];
  return [
    line(first, 18, { x, y, class: "address" }),
    line(others.join(", "), 28, { x: x + 135, y, class: "address" }),
  ];
}

import type { GraphBridge, GraphEnd } from "./graph.ts";

/** Places and sizes, in pixels. */
export const sizes = {
  margin: 24,
  bridgeLeft: 24,
  bridgeRight: 274,
  cardLeft: 424,
  cardWidth: 650,
  lineHeight: 20,
  rowHeight: 22,
  gap: 12,
} as const;

/** A bridge, where it is drawn. */
export interface PlacedBridge {
  readonly bridge: GraphBridge;
  readonly top: number;
  readonly height: number;
  readonly middle: number;
}

/** A container, where it is drawn, with all its interfaces. */
export interface PlacedCard {
  readonly container: string;
  readonly rows: readonly Row[];
  readonly top: number;
}

/** An interface, and the position of its bridge. */
export interface Row {
  readonly end: GraphEnd;
  readonly bridge: number;
}

export interface Layout {
  readonly cards: readonly PlacedCard[];
  readonly placed: readonly PlacedBridge[];
  readonly width: number;
  readonly height: number;
}

/** Lays a graph out: containers below each other, by their first bridge; each bridge amid its containers. */
export function layOut(bridges: readonly GraphBridge[]): Layout {
  const cards = placeCards(bridges);
  const placed = placeBridges(bridges, cards);
  const { margin, cardLeft, cardWidth } = sizes;
  const bottom = Math.max(
    ...cards.map((card) => card.top + cardHeight(card)),
    ...placed.map(({ top, height }) => top + height),
    3 * margin,
  );
  return { cards, placed, width: cardLeft + cardWidth + margin, height: bottom + margin };
}

/** How high a container's card is, by how many interfaces it has. */
export function cardHeight({ rows }: Pick<PlacedCard, "rows">): number {
  return rows.length * sizes.rowHeight + 12;
}

/** The middle of a row of a card. */
export function rowMiddle({ top }: PlacedCard, row: number): number {
  return top + 6 + (row + 0.5) * sizes.rowHeight;
}

function placeCards(bridges: readonly GraphBridge[]): PlacedCard[] {
  const rows = bridges.flatMap(({ ends }, bridge) => ends.map((end) => ({ end, bridge })));
  const names = [...new Set(rows.map(({ end }) => end.container))];
  const cards: PlacedCard[] = [];
  let top: number = sizes.margin;
  for (const container of names) {
    const card = { container, rows: rows.filter(({ end }) => end.container === container), top };
    cards.push(card);
    top += cardHeight(card) + sizes.gap;
  }
  return cards;
}

/** Each amid the rows that lead to it, but below the one before. */
function placeBridges(bridges: readonly GraphBridge[], cards: readonly PlacedCard[]): PlacedBridge[] {
  let free: number = sizes.margin;
  return bridges.map((bridge, index) => {
    const height = (bridge.addresses.length + 1) * sizes.lineHeight + 38;
    const middles = cards.flatMap((card) =>
      card.rows.flatMap((row, at) => (row.bridge === index ? [rowMiddle(card, at)] : [])),
    );
    const wanted = (Math.min(...middles) + Math.max(...middles) - height) / 2;
    const top = Math.max(free, wanted);
    free = top + height + 2 * sizes.gap;
    return { bridge, top, height, middle: top + height / 2 };
  });
}

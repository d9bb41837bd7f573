import { element } from "./element.mjs";

/** The mark of a series; its shape tells it from others where colours do not. */
export function mark(series, x, y) {
  if (series === 0) return element("circle", { class: "mark", cx: x, cy: y, r: 3.5 });
  if (series === 1) return element("rect", { class: "mark", x: x - 3.5, y: y - 3.5, width: 7, height: 7 });
  return element("path", { class: "mark", d: `M${x - 4} ${y}${outlines[series]}` });
}

/** From the left: a triangle, a diamond, and one that points down. */
const outlines = { 2: "m0 3.5h8l-4 -8z", 3: "l4 -4.5l4 4.5l-4 4.5z", 4: "m0 -3.5h8l-4 8z" };

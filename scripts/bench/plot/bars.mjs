import { areaOf, drawAxes, numberText } from "./axes.mjs";
import { element, label } from "./element.mjs";
import { linear } from "./scale.mjs";

/**
 * A panel of bars, which begin at 0: for each name a group of them, one a series. Each has its number above it.
 *
 * @param {import("./figure.mjs").Panel} panel
 * @param {{ width: number, height: number }} cell Its size.
 * @returns {string[]} Elements; the panel's corner is at 0, 0.
 */
export function barPanel(panel, cell) {
  const area = areaOf(cell);
  const all = panel.values.flat();
  const names = [...new Set(all.map(({ at }) => at))];
  const y = linear(
    all.map(({ value }) => value),
    [area.bottom, area.top],
  );
  const group = (area.right - area.left) / names.length;
  const width = Math.min(40, (0.8 * group) / panel.values.length);
  const middle = (name) => area.left + group * (names.indexOf(name) + 0.5);
  const vertical = y.ticks.map((value) => ({ at: y.place(value), text: numberText(value) }));
  const horizontal = names.map((name) => ({ at: middle(name), text: name }));
  return [
    ...drawAxes(panel, area, horizontal, vertical),
    ...panel.values.map((values, series) =>
      element(
        "g",
        { class: `series${series}` },
        ...values.flatMap(({ at, value }) => {
          const left = middle(at) + width * (series - panel.values.length / 2);
          const top = y.place(value);
          return [
            element("rect", {
              class: "bar",
              x: left + 1,
              y: top,
              width: width - 2,
              height: area.bottom - top,
            }),
            label({ class: "name middle", x: left + width / 2, y: top - 5 }, numberText(value)),
          ];
        }),
      ),
    ),
  ];
}

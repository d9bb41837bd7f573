import { areaOf, drawAxes, numberText } from "./axes.mjs";
import { element, label } from "./element.mjs";
import { linear } from "./scale.mjs";

/**
 * A panel of bars, which begin at 0: for each name a group of them, one for each series that has a value there. Each has
 * its number above it.
 *
 * @param {import("./figure.mjs").Panel} panel
 * @param {{ width: number, height: number }} cell Its size.
 * @returns {string[]} Elements; the panel's corner is at 0, 0.
 */
export function barPanel(panel, cell) {
  const area = areaOf(cell);
  const all = panel.values.flat();
  const groups = groupsOf(panel.values);
  const y = linear(
    all.map(({ value }) => value),
    [area.bottom, area.top],
  );
  const share = (area.right - area.left) / groups.length;
  const most = Math.max(...groups.map(({ bars }) => bars.length));
  const width = Math.min(40, (0.8 * share) / most);
  const middle = (group) => area.left + share * (groups.indexOf(group) + 0.5);
  const vertical = y.ticks.map((value) => ({ at: y.place(value), text: numberText(value) }));
  const horizontal = groups.map((group) => ({ at: middle(group), text: group.name }));
  const bars = groups.flatMap((group) =>
    group.bars.map(({ series, value }, index) => {
      const left = middle(group) + width * (index - group.bars.length / 2);
      return bar({ series, value, left, width, top: y.place(value), bottom: area.bottom });
    }),
  );
  return [...drawAxes(panel, area, horizontal, vertical), ...bars];
}

/** What stands at each name, in the order of the series. */
function groupsOf(values) {
  const names = [...new Set(values.flat().map(({ at }) => at))];
  return names.map((name) => ({
    name,
    bars: values.flatMap((those, series) =>
      those.filter(({ at }) => at === name).map(({ value }) => ({ series, value })),
    ),
  }));
}

function bar({ series, value, left, width, top, bottom }) {
  return element(
    "g",
    { class: `series${series}` },
    element("rect", { class: "bar", x: left + 1, y: top, width: width - 2, height: bottom - top }),
    label({ class: "name middle", x: left + width / 2, y: top - 5 }, numberText(value)),
  );
}

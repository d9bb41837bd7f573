const width = 1000;
const left = 90;
const right = 30;
const rows = { client: 96, "host A": 214, cable: 258, "host B": 302 };
const bottom = 346;
const height = 392;

/** Colours that those tell apart, too, who see colours otherwise (Okabe and Ito). */
const colours = { "host A": "#0072b2", cable: "#6e7781", "host B": "#b8500a" };

/**
 * Draws what happened when: what the client heard, above what was done.
 *
 * @param {import("./record.mjs").Recording} recording
 * @returns {string} An SVG document.
 */
export function draw({ counts, steps, downtime }) {
  const from = Math.min(...steps.map(({ begin }) => begin)) - 150;
  const to = Math.max(...steps.map(({ end }) => end)) + 250;
  const x = (time) => left + ((time - from) / (to - from)) * (width - left - right);
  const seen = counts.filter(({ time }) => time >= from && time <= to);
  const lowest = seen[0].count;
  const highest = seen.at(-1).count;
  const y = (count) => rows.client + 50 - ((count - lowest) / Math.max(1, highest - lowest)) * 90;
  const gapBefore = (index) => counts[index].time - counts[index - 1].time;
  const after = counts.reduce(
    (best, _, index) => (index > 1 && gapBefore(index) > gapBefore(best) ? index : best),
    1,
  );
  const [last, next] = [counts[after - 1], counts[after]];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>A container moves from one host to another; a client's connection stays open</title>
<style>
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328; }
.quiet { font-size: 12px; fill: #57606a; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
</style>
<rect width="${width}" height="${height}" rx="12" fill="#f6f8fa"/>
${axis(from, to, x)}
<rect x="${x(last.time)}" y="32" width="${x(next.time) - x(last.time)}" height="${bottom - 32}" fill="#cf222e" fill-opacity="0.07"/>
<text class="middle" x="${(x(last.time) + x(next.time)) / 2}" y="${rows.client + 6}">silent for ${downtime.toFixed(0)} ms</text>
<text class="end" x="${left - 14}" y="${rows.client - 4}">client</text>
<text class="end quiet" x="${left - 14}" y="${rows.client + 13}">hears</text>
${seen.map(({ time, count }) => `<circle cx="${x(time).toFixed(1)}" cy="${y(count).toFixed(1)}" r="2" fill="#1a7f37"/>`).join("\n")}
<text class="end quiet" x="${x(last.time) - 6}" y="${y(last.count) - 8}">${last.count}</text>
<text class="quiet" x="${x(next.time) + 6}" y="${y(next.count) + 18}">${next.count}</text>
${Object.keys(colours)
  .map((where) => `<text class="end" x="${left - 14}" y="${rows[where] + 4}">${where}</text>`)
  .join("\n")}
${steps.map((step, index) => bar(step, index, x)).join("\n")}
</svg>
`;
}

function axis(from, to, x) {
  const spacing = [50, 100, 200, 500, 1000, 2000].find((each) => (to - from) / each <= 14) ?? 5000;
  const ticks = [];
  for (let time = Math.ceil(from / spacing) * spacing; time <= to; time += spacing) ticks.push(time);
  const origin = ticks[0];
  return ticks
    .map(
      (time) => `<line x1="${x(time)}" y1="32" x2="${x(time)}" y2="${bottom}" stroke="#d0d7de"/>
<text class="quiet middle" x="${x(time)}" y="${bottom + 20}">${time - origin}${time === ticks.at(-1) ? " ms" : ""}</text>`,
    )
    .join("\n");
}

/** A step; what it is stands beside it, where there is room. */
function bar({ where, what, begin, end }, index, x) {
  const y = rows[where];
  const [a, b] = [x(begin), Math.max(x(end), x(begin) + 2)];
  const label = `${what}, ${(end - begin).toFixed(0)} ms`;
  const isBelow = where === "host B" || (where === "cable" && index % 2 === 1);
  const above = isBelow ? 24 : -12;
  const anchor = (a + b) / 2 > width - 160 ? "end" : (a + b) / 2 < left + 120 ? "start" : "middle";
  const at = anchor === "end" ? b : anchor === "start" ? a : (a + b) / 2;
  return `<rect x="${a}" y="${y - 7}" width="${b - a}" height="14" rx="2" fill="${colours[where]}"/>
<text class="quiet" text-anchor="${anchor}" x="${at}" y="${y + above}">${label}</text>`;
}

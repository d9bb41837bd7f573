/**
 * An element of SVG as text.
 *
 * @param {string} name
 * @param {Record<string, string | number>} attributes Numbers are written with two decimals at most.
 * @param {...string} children Texts must have been escaped, see {@linkcode escaped}.
 * @returns {string}
 */
export function element(name, attributes, ...children) {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(textOf(value))}"`);
  const head = `<${name}${written.join("")}`;
  return children.length === 0 ? `${head}/>` : `${head}>${children.join("")}</${name}>`;
}

/** An element with a text in it. */
export function label(attributes, text) {
  return element("text", attributes, escaped(text));
}

/** A text as it stands in XML. */
export function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function textOf(value) {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
}

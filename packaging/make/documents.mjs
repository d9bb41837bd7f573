import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Where they are, and the schemas, below the prefix. */
export const documents = "share/doc/lxc-cni";
const schemas = "share/lxc-cni/schema";

/** What is of use on a host, beside the guide. */
const references = [
  "bridge.md",
  "commands.md",
  "errors.md",
  "formats.md",
  "host-local.md",
  "install.md",
  "runtimes.md",
];

const links = /(!?)\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)/g;

/**
 * The pages of a package and their pictures. Where a page links to what no package has, only the link's text is left.
 *
 * @param {string} root The checkout.
 * @returns {Record<string, string>} Their contents, by their paths below {@linkcode documents}.
 */
export function documentsOf(root) {
  const read = (source) => readFileSync(join(root, source), "utf8");
  const guide = readdirSync(join(root, "docs/guide")).map((name) => `guide/${name}`);
  const pages = new Map([
    ["CHANGELOG.md", "NEWS.md"],
    ["SECURITY.md", "SECURITY.md"],
    ...[...references, ...guide].map((path) => [`docs/${path}`, path]),
  ]);
  const pictures = [...pages.keys()].flatMap((source) => picturesOn(source, read(source)));
  const all = new Map([...pages, ...pictures.map((source) => [source, posix.relative("docs", source)])]);
  return Object.fromEntries(
    [...all].map(([source, path]) => [
      path,
      pages.has(source) ? linked(source, read(source), all) : read(source),
    ]),
  );
}

function picturesOn(source, text) {
  return [...text.matchAll(links)]
    .filter(([, isPicture]) => isPicture)
    .map(([, , , target]) => targetOf(source, target));
}

/**
 * A page with links to what there is.
 *
 * @param {string} source The page's path in the checkout.
 * @param {string} text
 * @param {Map<string, string>} all What else there is: the path below {@linkcode documents}, by that in the checkout.
 */
function linked(source, text, all) {
  const directory = posix.join(documents, posix.dirname(all.get(source)));
  return text.replace(links, (link, picture, label, target, anchor = "") => {
    if (target === "" || target.startsWith("https:")) return link;
    const leads = targetOf(source, target);
    const path = leads.startsWith("docs/schema/")
      ? `${schemas}/${posix.basename(leads)}`
      : all.has(leads) && `${documents}/${all.get(leads)}`;
    return path ? `${picture}[${label}](${posix.relative(directory, path)}${anchor})` : label;
  });
}

/** The path in the checkout of what a page links to. */
function targetOf(source, target) {
  return posix.join(posix.dirname(source), target);
}

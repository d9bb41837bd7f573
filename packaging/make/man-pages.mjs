import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "../../scripts/build/schema-plugin.mjs";
import { markdownInRoff } from "./markdown.mjs";
import { argument, escaped, head, line, literal, sentence } from "./roff.mjs";

/**
 * The man pages: one of `lxc-cni`, one of each command, and one of each plugin's configuration.
 *
 * Those of commands say what `--help` says, in order: both are made of the commands' descriptions (lxc/commands).
 *
 * @param {string} root The checkout.
 * @param {{ version: string, date: string, prefix: string }} release `prefix`: what they are installed below.
 * @returns {Promise<Record<string, string>>} The content of each, by its file's name: `lxc-cni-gc.1`.
 */
export async function manPages(root, release) {
  const { exports } = await evaluate(join(root, "lxc/commands/all.ts"));
  const { commands } = exports;
  return Object.fromEntries([
    ["lxc-cni.1", pageOfAll(commands, release)],
    ...commands.map((command) => [`${pageName(command)}.1`, pageOf(command, release)]),
    ...["bridge", "host-local"].map((plugin) => [`lxc-cni-${plugin}.5`, pageOfPlugin(root, plugin, release)]),
  ]);
}

function pageOfAll(commands, release) {
  const list = commands.map(
    (command) =>
      `.TP\n.BR ${pageReference(pageName(command), 1)}\n${line(escaped(sentence(command.summary)))}\n`,
  );
  return `${head({ ...release, name: "lxc-cni", section: 1, does: "networks for LXC containers, by CNI" })}.SH SYNOPSIS
.B lxc\\-cni
.I COMMAND
.RI [ WORD .\\|.\\|.]\\&
.SH DESCRIPTION
LXC calls
.B lxc\\-cni hook
when a container starts and stops. It calls CNI plugins, which attach the container to networks. The other commands
write the lines by which LXC does so, look, and mend.
.SH COMMANDS
${list.join("")}.SH EXIT STATUS
${exitStatus}.SH FILES
.TP
.I /etc/lxc\\-cni/net.d
Networks:
.IR NAME .conflist.
Where one is not there, it is looked for in
.IR /etc/cni/net.d .
${documents(release)}${seeAlso([...pluginPages, ["lxc.container.conf", 5]])}`;
}

function pageOf(command, release) {
  const { name, summary, options, description, examples } = command;
  const page = { ...release, name: pageName(command), section: 1, does: summary };
  const listed = Object.entries(options).map(([option, about]) => inRoff(option, about));
  return [
    head(page),
    `.SH SYNOPSIS\n${synopsis(command)}`,
    `.SH DESCRIPTION\n${paragraphs(description)}`,
    listed.length === 0 ? "" : `.SH OPTIONS\n${listed.join("")}`,
    `.SH EXAMPLES\n${examples.map((each) => `${literal([each.line])}.PP\n${line(escaped(sentence(each.does)))}\n`).join("")}`,
    `.SH EXIT STATUS\n${exitStatus}`,
    seeAlso([["lxc-cni", 1], ...(name === "hook" ? [["lxc.container.conf", 5]] : []), ...pluginPages]),
  ].join("");
}

function pageOfPlugin(root, plugin, release) {
  const does = `configuration of the CNI plugin ${plugin}`;
  const text = readFileSync(join(root, `docs/${plugin}.md`), "utf8");
  const others = pluginPages.filter(([name]) => name !== `lxc-cni-${plugin}`);
  return `${head({ ...release, name: `lxc-cni-${plugin}`, section: 5, does })}.SH DESCRIPTION
${markdownInRoff(text)}.SH FILES
${documents(release)}${seeAlso([["lxc-cni", 1], ...others])}`;
}

const pluginPages = [
  ["lxc-cni-bridge", 5],
  ["lxc-cni-host-local", 5],
];

const documents = ({ prefix }) => `.TP
.I ${prefix}/share/doc/lxc\\-cni
Examples of networks; errors.md has codes of errors, formats.md formats of files.
.TP
.I ${prefix}/share/lxc\\-cni/schema
JSON Schemas of networks, for editors.
`;

const exitStatus = `.TP
.B 0
It did what it was asked for.
.TP
.B 1
That failed, or something was found wrong.
.TP
.B 2
The command line was not understood.
`;

/** `lxc-cni-network-create` for the command `network create`. */
function pageName({ name }) {
  return `lxc-cni-${name.replaceAll(" ", "-")}`;
}

function pageReference(name, section) {
  return `${escaped(name)} (${section})`;
}

function seeAlso(pages) {
  return `.SH SEE ALSO\n${pages.map(([name, section]) => `.BR ${pageReference(name, section)}`).join(" ,\n")}\n`;
}

function synopsis({ name, parameters, options }) {
  const words = parameters.map((parameter) => `.RI ${wordOf(parameter)}\n`);
  const anyOption = Object.keys(options).length === 0 ? "" : ".RI [ OPTION .\\|.\\|.]\\&\n";
  return `.B lxc\\-cni ${escaped(name)}\n${anyOption}${words.join("")}`;
}

/** A parameter for .RI, which sets every other word upright. */
function wordOf({ name, count }) {
  const word = argument(name);
  if (count === "one") return `"" ${word}`;
  if (count === "some") return `"" ${word} .\\|.\\|.\\&`;
  return count === "optional" ? `[ ${word} ]` : `[ ${word} .\\|.\\|.]\\&`;
}

function inRoff(name, option) {
  const short = option.short === undefined ? "" : `\\fB\\-${option.short}\\fR, `;
  const value = option.kind === "flag" ? "" : ` \\fI${escaped(option.value)}\\fR`;
  const again = option.kind === "list" ? " May be repeated." : "";
  return `.TP\n${short}\\fB\\-\\-${escaped(name)}\\fR${value}\n${line(escaped(sentence(option.does)))}${again}\n`;
}

/** Paragraphs are apart by an empty line; lines that begin with blanks stay as they are. */
function paragraphs(text) {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.split("\n"))
    .map((lines) =>
      lines.every((each) => each.startsWith(" "))
        ? literal(lines.map((each) => each.trim()))
        : `.PP\n${lines.map((each) => line(escaped(each.trim()))).join("\n")}\n`,
    )
    .join("");
}

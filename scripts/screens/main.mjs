// Writes docs/commands.md and docs/graph.svg: what each command of lxc-cni says of itself, and what it prints when it is
// run: by record.mjs, on a host and with containers that are made for it and vanish with it.
//
// usage (as root, after npm run build): npm run screens

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runOnOwnHost } from "../bench/namespace.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** @type {import("./record.mjs").Recording} */
const { commands, screens, graph } = runOnOwnHost(path("record.mjs"), { bin: path("../../dist/bin") });
writeFileSync(path("../../docs/commands.md"), pageOf(commands, screens));
writeFileSync(path("../../docs/graph.svg"), graph);
console.log(`docs/commands.md has ${screens.length} screens of ${commands.length} commands`);

function pageOf(commands, screens) {
  const contents = commands.map(({ name }) => `[${name}](#${name.replace(" ", "-")})`).join(" · ");
  return `# The commands of lxc-cni

Every screen on this page is what the command printed when it was run: \`npm run screens\` makes the page anew. They tell one
story, in which two containers of LXC get networks.

${contents}

${commands.map((command) => sectionOf(command, screens)).join("\n")}`;
}

function sectionOf({ name, help }, screens) {
  const own = screens.filter(({ command }) => command === name);
  return `## ${name}

${block(help)}
${own.map(screenOf).join("\n")}`;
}

function screenOf({ line, output, status, why }) {
  const ending = status === 0 ? "" : `# exit status ${status}\n`;
  return `${why === undefined ? "" : `${why}\n\n`}${block(`# ${line}\n${output}${ending}`)}`;
}

function block(text) {
  return `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;
}

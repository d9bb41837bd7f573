import { command } from "../command-line/command.ts";
import { print } from "../output/print.ts";
import { usualDirectory } from "../plugin-links/places.ts";
import { type Unlinked, unlinkPlugins } from "../plugin-links/unlink.ts";

/** `lxc-cni plugins unlink` */
export const pluginsUnlink = command({
  name: "plugins unlink",
  summary: "removes the links of plugins link, and puts back what was there",
  parameters: [{ name: "DIR", count: "optional", completes: "directory" }],
  options: {},
  description: `Removes what lxc-cni plugins link has made in ${usualDirectory}, or in DIR. What is no link to the plugins beside lxc-cni is
left alone. Plugins that --replace put aside get their names back.`,
  examples: [{ line: "lxc-cni plugins unlink", does: `of ${usualDirectory}` }],
  run({ words: [directory = usualDirectory] }) {
    for (const unlinked of unlinkPlugins(directory)) print(`${inWords(unlinked)}\n`);
    return 0;
  },
});

function inWords({ path, aside, became }: Unlinked): string {
  if (became === "other") return `${path} is no link of lxc-cni`;
  return became === "free" ? `${path} is removed` : `${path} is again what was ${aside}`;
}

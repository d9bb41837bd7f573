import { command } from "../command-line/command.ts";
import { print } from "../output/print.ts";
import { type Linked, linkPlugins } from "../plugin-links/link.ts";
import { usualDirectory } from "../plugin-links/places.ts";

/** `lxc-cni plugins link` */
export const pluginsLink = command({
  name: "plugins link",
  summary: "has other CNI runtimes find bridge and host-local, by links",
  parameters: [{ name: "DIR", count: "optional", completes: "directory" }],
  options: {
    replace: { kind: "flag", does: "put other plugins of these names aside, until unlink" },
  },
  description: `Makes symbolic links in ${usualDirectory}, or in DIR, to the plugins beside lxc-cni. lxc-cni itself needs none; they are for
containerd, podman and others that have plugins of their own names looked for there.

Where there is something else by such a name, nothing is changed, but with --replace: then it is kept as
NAME.before-lxc-cni, and lxc-cni plugins unlink puts it back.`,
  examples: [
    { line: "lxc-cni plugins link", does: `links ${usualDirectory}/bridge and ${usualDirectory}/host-local` },
    { line: "lxc-cni plugins link /usr/lib/cni --replace", does: "in place of the plugins of Debian" },
  ],
  run({ words: [directory = usualDirectory], options }) {
    for (const linked of linkPlugins(directory, options.replace)) print(`${inWords(linked)}\n`);
    return 0;
  },
});

function inWords({ path, target, aside, was }: Linked): string {
  const ends = { free: "", linked: ", as before", replaced: `; what was there is kept as ${aside}` };
  return `${path} leads to ${target}${ends[was]}`;
}

import { command, type OptionValues } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { requireContainer } from "../container/containers.ts";
import { lxcPathOf } from "../container/lxc-path.ts";
import { enable as enableContainer } from "../enable/enable.ts";
import { executableForHooks } from "../enable/executable.ts";
import { type WantedNetwork, wantedNetworkForm } from "../hook/wanted-network.ts";
import { type HookWords, parseHookWords } from "../hook/words.ts";
import { print } from "../output/print.ts";
import { warn } from "../runtime.ts";
import { containerOptions, containerParameter, hookOptions, type placeOptions } from "./options.ts";

/** `lxc-cni enable` */
export const enable = command({
  name: "enable",
  summary: "has LXC attach a container to networks whenever it starts",
  parameters: [containerParameter, { name: wantedNetworkForm, count: "some", completes: "network" }],
  options: {
    replace: { kind: "flag", does: "have LXC make no interfaces of its own (lxc.net), until disable" },
    keep: { kind: "flag", does: "leave interfaces that LXC makes as they are, beside the networks" },
    running: { kind: "flag", does: "allow it for a container that runs; it counts from its next start on" },
    "fix-guest": { kind: "flag", does: "take udhcpc out of the start script of a busybox container" },
    executable: {
      kind: "value",
      value: "PATH",
      does: "have LXC call lxc-cni by this path",
      completes: "file",
    },
    ...containerOptions,
    ...hookOptions,
  },
  description: `Adds lines to the container's configuration that have LXC call "lxc-cni hook" when it starts, has stopped and is
destroyed. They stand between two comments, at its end. All else in it stays as it is, byte for byte, and the file
as it was is kept as config.lxc-cni-backup. Called again, it changes the lines to what is wanted now. lxc-cni
disable removes them.

Where the configuration has LXC make interfaces by itself, such as a veth on lxcbr0, say what becomes of them:
--replace or --keep. That is remembered. A NETWORK is looked for now, and again at each start. An INTERFACE that
is not named is eth0, eth1 and so on, by its place. ADDRESS and MAC are what the container gets at each start.`,
  examples: [
    { line: "lxc-cni enable web simplenet", does: "eth0 on simplenet" },
    {
      line: "lxc-cni enable web simplenet backnet:data0 --replace",
      does: "and data0 on backnet, but nothing on lxcbr0",
    },
    {
      line: "lxc-cni enable web simplenet:eth1 --keep",
      does: "eth1 on simplenet, beside the eth0 that LXC makes",
    },
  ],
  run({ words: [name = "", ...networks], options }) {
    if (options.replace && options.keep) throw new UsageError("--replace and --keep exclude each other");
    const container = requireContainer(name, lxcPathOf(options["lxc-path"]));
    const line = hookWords(networks, options);
    const wanted = parseHookWords(line);
    requireWholePaths(wanted);
    const { isChanged, backup, remarks } = enableContainer(container, {
      wanted,
      command: [executableForHooks(options.executable), "hook", ...line],
      others: options.replace ? "replace" : options.keep ? "keep" : undefined,
      mayRun: options.running,
      fixGuest: options["fix-guest"],
    });
    print(`${name}: ${wanted.networks.map(inWords).join(", ")}${isChanged ? "" : ", as before"}\n`);
    if (backup !== undefined) print(`${container.configFile} as it was is kept as ${backup}\n`);
    for (const remark of remarks) warn(`${name}: ${remark}`);
    return 0;
  },
});

function inWords({ network, interface: link }: WantedNetwork): string {
  return `${link} on ${network}`;
}

/** What the hook line is to say. */
function hookWords(
  networks: readonly string[],
  options: OptionValues<typeof placeOptions & typeof hookOptions>,
): string[] {
  const words = [
    ...options["net-dir"].flatMap((directory) => ["--net-dir", directory]),
    ...(options["cni-path"] === undefined ? [] : ["--cni-path", options["cni-path"]]),
    ...(options.timeout === undefined ? [] : ["--timeout", options.timeout]),
    ...(options["no-dns"] ? ["--no-dns"] : []),
    ...networks,
  ];
  return words.map(requireOneLine);
}

/** LXC calls hooks in a directory of its own. */
function requireWholePaths({ networks, networkDirectories }: HookWords): void {
  const paths = networks.map(({ network }) => network).filter((network) => network.includes("/"));
  const relative = [...paths, ...networkDirectories].find((path) => !path.startsWith("/"));
  if (relative === undefined) return;
  throw new UsageError(`"${relative}" must be an absolute path, for LXC to find it`);
}

function requireOneLine(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no line of a configuration can have them in it.
  if (!/[\u0000-\u001f\u007f]/.test(word)) return word;
  throw new UsageError(`${JSON.stringify(word)} has control characters in it`);
}

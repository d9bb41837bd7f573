import { netnsDescription, netnsOptions } from "../cnitool/options.ts";
import { statusByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";
import { listContainers } from "../container/containers.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { print, printJson } from "../output/print.ts";
import { type Places, warn } from "../runtime.ts";
import { containerInWords, containerJson, isWrong, readContainerStatus } from "../status/container.ts";
import { hostInWords, hostJson, isHostWrong, readHostStatus } from "../status/host.ts";
import { placesOf } from "./options.ts";

/** `lxc-cni status [CONTAINER]`, and `lxc-cni status NETWORK NETNS`. */
export const status = command({
  name: "status",
  summary: "says how a container is attached, and what failed last; or how all networks are",
  parameters: [
    { name: "CONTAINER | NETWORK", count: "optional", completes: "container" },
    { name: "NETNS", count: "optional", completes: "file" },
  ],
  options: {
    json: { kind: "flag", does: "print JSON, an object (without NETNS)" },
    "lxc-path": lxcPathOption,
    ...netnsOptions,
  },
  description: `Says of CONTAINER how it is attached, since when, what its hook failed with last, and what to do next. Without one,
says of each network whether its plugins are there and could attach a container, and which containers
have a problem. The exit status is 1 when something is wrong.

With two words, it asks the plugins of NETWORK alone.
${netnsDescription}`,
  examples: [
    { line: "lxc-cni status web", does: "why web has no network" },
    { line: "lxc-cni status", does: "networks, and what is wrong anywhere" },
  ],
  run(call) {
    const { words, options } = call;
    const [name] = words;
    if (words.length > 1) return statusByNetns(call);
    const lxcPath = lxcPathOf(options["lxc-path"]);
    return name === undefined
      ? statusOfHost(placesOf(options), lxcPath, options.json)
      : statusOfContainer(name, lxcPath, options.json);
  },
});

function statusOfContainer(name: string, lxcPath: string, json: boolean): number {
  const found = readContainerStatus(name, lxcPath, warn);
  if (json) printJson(containerJson(found));
  else print(containerInWords(found));
  return isWrong(found) ? 1 : 0;
}

function statusOfHost(places: Places, lxcPath: string, json: boolean): number {
  const containers = listContainers(lxcPath);
  const found = readHostStatus(places, (id) => containers.find((each) => each.id === id)?.name, warn);
  if (json) printJson(hostJson(found));
  else print(hostInWords(found));
  return isHostWrong(found) ? 1 : 0;
}

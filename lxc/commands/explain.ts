import { CniError, Code } from "../../lib/cni/error.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import type { Network } from "../../lib/runtime/network.ts";
import type { Settings } from "../../plugins/bridge/settings.ts";
import { command } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { containerIdOf } from "../container/id.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { type ExplainedPlan, explainPlan } from "../explain/plan.ts";
import { scriptOf } from "../explain/script.ts";
import { parseWantedNetwork } from "../hook/wanted-network.ts";
import { withWishes } from "../hook/wishes.ts";
import { detailsOf, type NetworkDetails } from "../network/details.ts";
import { print } from "../output/print.ts";
import { printable } from "../output/printable.ts";
import { findNetwork } from "../runtime.ts";

/** `lxc-cni explain` */
export const explain = command({
  name: "explain",
  summary: "shows what attaching a container does, as ip, iptables and sysctl commands",
  parameters: [
    { name: "NETWORK[:INTERFACE][,mac=MAC]", count: "one", completes: "network" },
    { name: "CONTAINER", count: "optional", completes: "container" },
  ],
  options: {
    "lxc-path": lxcPathOption,
    netns: {
      kind: "value",
      value: "PATH",
      does: "the container's network namespace, for commands that can be run as they are",
      completes: "file",
    },
  },
  description: `Prints the steps by which a container is attached to a network, on this host as it is now, as commands for a shell;
nothing is done. The addresses are those that would be leased next. Names of ports and chains, and the container's
MAC, are made of the network's name and the container's; without CONTAINER, they are those of a container that is
called CONTAINER.`,
  examples: [
    { line: "lxc-cni explain simplenet", does: "what attaching any container to simplenet does" },
    {
      line: "lxc-cni explain simplenet:lan0 web",
      does: "the same for the container web and its interface lan0",
    },
  ],
  run({ words: [word = "", name = "CONTAINER"], options }) {
    const wanted = parseWantedNetwork(word, "eth0");
    if (wanted.ips.length > 0)
      throw new UsageError(`explain shows the next addresses: "${word}" asks for others`);
    const configured = findNetwork(wanted.network, { networkDirectories: [], cniPath: "" });
    const container: ContainerId = containerIdOf(name, lxcPathOf(options["lxc-path"]));
    const attachment = { network: configured.name, container, interface: wanted.interface };
    const { network } = withWishes(configured, attachment, wanted);
    const details = detailsOf(network);
    const settings = requireBridge(network, details);
    withHostLinks((links) => {
      const plan = explainPlan(network, details, settings, attachment, links);
      print(
        `${heading(network, name, plan)}\n${scriptOf(plan, options.netns ?? "/proc/PID/ns/net")}${ending(network)}`,
      );
    });
    return 0;
  },
});

function requireBridge({ name, plugins }: Network, { bridge, problems }: NetworkDetails): Settings {
  const [problem] = problems;
  if (problem !== undefined) throw new CniError(Code.invalidConfiguration, `network ${name}: ${problem}`);
  if (bridge !== undefined) return bridge;
  throw new CniError(
    Code.invalidConfiguration,
    `network ${name} cannot be explained`,
    `its interfaces are made by the plugin ${plugins[0]?.type}, of which only the plugin itself knows what it does`,
  );
}

function heading({ name, plugins }: Network, container: string, { leased }: ExplainedPlan): string {
  const addresses = leased?.map(({ address }) => formatAddress(address.address)).join(" and ");
  const ipam = plugins[0]?.ipam;
  const type = typeof ipam === "object" && ipam !== null && "type" in ipam ? ipam.type : undefined;
  const lease =
    addresses !== undefined
      ? `host-local leases ${addresses}.`
      : type === undefined
        ? "the network has no addresses."
        : `what ${type} would lease is not known before: the steps for addresses are missing.`;
  return `${printable(`# How ${container} is attached to the network ${name}. First, ${lease}`)}\n`;
}

function ending({ plugins }: Network): string {
  const others = plugins.slice(1).map(({ type }) => type);
  return others.length === 0
    ? ""
    : `\n${printable(`# Then the plugins ${others.join(", ")} do their part, which only they know.`)}\n`;
}

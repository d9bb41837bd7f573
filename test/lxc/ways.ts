import { recipe } from "../bridge/recipe.ts";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";

/** A way to network a container of LXC by CNI. */
export interface Way {
  readonly name: string;

  /**
   * Whether anybody calls DEL. Where nobody does, a stopped container keeps its lease and rules, and so its
   * address; where somebody does, a stop leaves nothing.
   */
  readonly callsDel: boolean;

  /** Writes the files that it needs, and returns the lines that a container's configuration needs. */
  install(host: Host, variant: Variant): Promise<string[]>;
}

/** The recipe: a start-host hook, and nothing but a shell. */
export const shellRecipe: Way = {
  name: "a shell line at start",
  callsDel: false,
  install: async (host, variant) => {
    await host.write("/etc/lxc/simplebridge.cni", JSON.stringify(recipe));
    await host.write("/etc/lxc/simplebridge-add", shellScript("ADD", variant), 0o755);
    return [...emptyNetwork, "lxc.hook.start-host = /etc/lxc/simplebridge-add"];
  },
};

/** The recipe and its counterpart. */
export const shellRecipeWithStop: Way = {
  name: "shell lines at start and stop",
  callsDel: true,
  install: async (host, variant) => {
    const lines = await shellRecipe.install(host, variant);
    await host.write("/etc/lxc/simplebridge-del", shellScript("DEL", variant), 0o755);
    return [...lines, "lxc.hook.stop = /etc/lxc/simplebridge-del"];
  },
};

/** One command for all hooks. */
export const hookCommand: Way = {
  name: "lxc-cni hook at start, stop, post-stop and destroy",
  callsDel: true,
  install: async (host, variant) => {
    await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(recipe));
    return [...emptyNetwork, ...hookLines(`${variant.directory}/lxc-cni hook simplenet`)];
  },
};

/** The lines of a container's configuration that have LXC call a command when it has to do with the network. */
export function hookLines(command: string): string[] {
  return ["start-host", "stop", "post-stop", "destroy"].map((hook) => `lxc.hook.${hook} = ${command}`);
}

/** LXC makes no interfaces, but brings lo up. */
export const emptyNetwork = ["lxc.net.0.type = empty", "lxc.net.0.flags = up"];

function shellScript(command: string, { directory }: Variant): string {
  const environment = [
    `CNI_COMMAND=${command}`,
    "CNI_CONTAINERID=$LXC_NAME",
    "CNI_NETNS=/proc/$LXC_PID/ns/net",
    "CNI_IFNAME=eth0",
    `CNI_PATH=${directory}`,
  ];
  return `#!/bin/sh\n${environment.join(" ")} ${directory}/bridge < /etc/lxc/simplebridge.cni\n`;
}

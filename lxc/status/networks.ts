import { describe } from "../../lib/cni/error.ts";
import { listNetworkFiles } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { requireReady } from "../../lib/runtime/status.ts";
import { validateNetwork } from "../../lib/runtime/validate.ts";
import { carried } from "../carried.ts";
import { withProgress } from "../output/progress.ts";
import { type Places, surroundingsIn } from "../runtime.ts";

/** Whether a network could attach a container. */
export interface NetworkStatus {
  /** Undefined where its file cannot be used. */
  readonly name: string | undefined;
  readonly file: string;
  /** `there`: its plugins are, but by its version they cannot be asked for more. */
  readonly state: "ready" | "there" | "not ready";
  readonly problem: string | undefined;
}

/**
 * Asks the plugins of networks whether they could attach a container: of all in the directory that is lxc-cni's alone, and
 * of those of other directories that containers of LXC are on.
 *
 * @param isUsed Whether such a container is on the network of a name.
 */
export function statusOfNetworks(places: Places, isUsed: (network: string) => boolean): NetworkStatus[] {
  const given = places.networkDirectories;
  const [own = ""] = defaultDirectories;
  const files = listNetworkFiles(given.length === 0 ? defaultDirectories : given).filter(
    ({ file, network }) =>
      given.length > 0 || file.startsWith(`${own}/`) || (network !== undefined && isUsed(network.name)),
  );
  return withProgress(
    "asking",
    files,
    ({ file, network }) => network?.name ?? file,
    ({ file, network, problem }) => {
      const of = { name: network?.name, file };
      if (network === undefined || problem !== undefined) return { ...of, state: "not ready", problem };
      return { ...of, ...statusOf(network, places) };
    },
  );
}

function statusOf(network: Network, places: Places): Pick<NetworkStatus, "state" | "problem"> {
  const surroundings = surroundingsIn(places);
  try {
    validateNetwork(surroundings, network, carried);
    const isAsked = requireReady(surroundings, network, carried);
    return { state: isAsked ? "ready" : "there", problem: undefined };
  } catch (error) {
    return { state: "not ready", problem: describe(error) };
  }
}

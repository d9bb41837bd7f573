import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { ownNetns } from "../../lib/net/own-netns.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Netns } from "../../lib/system/system.ts";

/**
 * Opens the namespace of a container.
 *
 * @throws CniError 8 where there is none, where the path leads to something else, and where it leads to the host's
 *   own namespace (a recycled pid does), unless CNI_NETNS_OVERRIDE allows that.
 */
export function openContainerNetns(path: string, environment: Readonly<Record<string, string>>): Netns {
  const netns = open(path);
  if (netns.identity === ownNetns() && !isOverridden(environment)) {
    netns.close();
    throw new CniError(
      Code.invalidNamespace,
      "plugin's netns and netns from CNI_NETNS should not be the same",
      `${path} is the network namespace of the host; nothing was changed`,
    );
  }
  return netns;
}

function open(path: string): Netns {
  try {
    return system.openNetns(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const what = error.code === "EINVAL" ? "it is no network namespace" : error.message;
    throw new CniError(
      Code.invalidNamespace,
      `failed to open netns "${path}": ${what}`,
      "CNI_NETNS must lead to one",
    );
  }
}

function isOverridden({ CNI_NETNS_OVERRIDE: value = "" }: Readonly<Record<string, string>>): boolean {
  return value === "1" || value.toLowerCase() === "true";
}

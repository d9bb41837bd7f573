import type { LinkBackend } from "../../lib/net/link-backend.ts";
import type { NetworkFile } from "../../lib/runtime/list-networks.ts";
import type { Network } from "../../lib/runtime/network.ts";
import type { Settings } from "../../plugins/bridge/settings.ts";
import type { Configuration } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import type { HookLine } from "../hook/lines.ts";
import type { NetworkDetails } from "../network/details.ts";

/** What is examined. */
export interface Subject {
  readonly networkFiles: readonly NetworkFile[];
  /** Those of them that can be used. */
  readonly networks: readonly ExaminedNetwork[];
  readonly containers: readonly ExaminedContainer[];
  /** One container is asked about: that it has nothing to do with lxc-cni is worth a word, too. */
  readonly isAboutOne: boolean;
  readonly links: LinkBackend;
}

export interface ExaminedNetwork {
  readonly file: string;
  readonly network: Network;
  readonly details: NetworkDetails;
}

export interface ExaminedContainer {
  readonly container: Container;
  readonly configuration: Configuration;
  readonly hookLines: readonly HookLine[];
}

/** A network by the plugin bridge, of which the host is the gateway. */
export interface GatewayNetwork extends ExaminedNetwork {
  readonly settings: Settings;
}

/** The networks that the host is the gateway of. */
export function gatewayNetworks({ networks }: Subject): GatewayNetwork[] {
  return networks.flatMap((each) => {
    const settings = each.details.bridge;
    return settings?.isGateway ? [{ ...each, settings }] : [];
  });
}

/** The containers that lxc-cni attaches. */
export function attachedContainers({ containers }: Subject): ExaminedContainer[] {
  return containers.filter(({ hookLines }) => hookLines.length > 0);
}

import type { HostLocalConfig } from "../ipam/host-local/config.schema.ts";
import { hostLocal } from "../ipam/host-local/plugin.ts";
import { repair as repairLeases } from "../ipam/host-local/repair.ts";
import type { CarriedPlugins } from "../lib/cni/delegate.ts";
import type { Plugin } from "../lib/cni/plugin.ts";
import type { BridgeConfig } from "../plugins/bridge/config.schema.ts";
import { bridge } from "../plugins/bridge/plugin.ts";
import { repair as repairBridge } from "../plugins/bridge/repair.ts";

/** The plugins that lxc-cni carries, and need not execute. */
export const carried: CarriedPlugins = [bridge, hostLocal];

const leasing: Plugin<HostLocalConfig> = { ...hostLocal, repair: repairLeases };

const bridging: Plugin<BridgeConfig> = {
  ...bridge,
  repair: (request, previous, isTrial) => repairBridge(request, previous, isTrial, [leasing]),
};

/** The same, able to repair what they made: their own executables have no use for that. */
export const repairing: CarriedPlugins = [bridging, leasing];

import type { HostLocalConfig } from "../../ipam/host-local/config.schema.ts";
import { hostLocal } from "../../ipam/host-local/plugin.ts";
import { repair as repairLeases } from "../../ipam/host-local/repair.ts";
import type { CarriedPlugins } from "../../lib/cni/delegate.ts";
import type { Plugin } from "../../lib/cni/plugin.ts";
import type { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { bridge } from "../../plugins/bridge/plugin.ts";
import { repair as repairBridge } from "../../plugins/bridge/repair.ts";

const leasing: Plugin<HostLocalConfig> = { ...hostLocal, repair: repairLeases };

const bridging: Plugin<BridgeConfig> = {
  ...bridge,
  repair: (request, previous, isTrial) => repairBridge(request, previous, isTrial, [leasing]),
};

/** The plugins that lxc-cni carries, able to repair what they made. The hook and their own executables do without. */
export const repairing: CarriedPlugins = [bridging, leasing];

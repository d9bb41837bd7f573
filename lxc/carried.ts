import { hostLocal } from "../ipam/host-local/plugin.ts";
import type { CarriedPlugins } from "../lib/cni/delegate.ts";
import { bridge } from "../plugins/bridge/plugin.ts";

/** The plugins that lxc-cni carries, and need not execute. */
export const carried: CarriedPlugins = [bridge, hostLocal];

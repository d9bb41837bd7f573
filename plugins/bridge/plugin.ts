import { hostLocal } from "../../ipam/host-local/plugin.ts";
import type { CarriedPlugins } from "../../lib/cni/delegate.ts";
import type { Plugin } from "../../lib/cni/plugin.ts";
import { add } from "./add.ts";
import { check } from "./check.ts";
import { BridgeConfig } from "./config.schema.ts";
import { del } from "./del.ts";
import { gc } from "./gc.ts";
import { status } from "./status.ts";

/** The IPAM plugins that bridge carries, and need not execute. */
const carried: CarriedPlugins = [hostLocal];

/** The interface plugin `bridge`: containers as ports of a bridge of the host. */
export const bridge: Plugin<BridgeConfig> = {
  name: "bridge",
  schema: BridgeConfig,
  add: (request) => add(request, carried),
  del: (request) => del(request, carried),
  check: (request, previous) => check(request, previous, carried),
  gc: (request, valid) => gc(request, valid, carried),
  status: (request) => status(request, carried),
};

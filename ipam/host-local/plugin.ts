import type { Plugin } from "../../lib/cni/plugin.ts";
import { add } from "./add.ts";
import { check } from "./check.ts";
import { HostLocalConfig } from "./config.schema.ts";
import { del } from "./del.ts";
import { gc } from "./gc.ts";
import { status } from "./status.ts";

/** The IPAM plugin `host-local`: addresses from ranges of the configuration, leases in files of this host. */
export const hostLocal: Plugin<HostLocalConfig> = {
  name: "host-local",
  schema: HostLocalConfig,
  add,
  del,
  check,
  gc,
  status,
};

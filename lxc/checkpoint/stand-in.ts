import { CniError, Code } from "../../lib/cni/error.ts";
import type { Plugin } from "../../lib/cni/plugin.ts";
import { parseResult } from "../../lib/cni/result-parse.ts";
import { respond } from "../../lib/cni/run-plugin.ts";
import { StandInConfig } from "./stand-in.schema.ts";
import { standInType } from "./stand-ins.ts";

/**
 * The IPAM plugin that stands in for another one while a container is checkpointed (stand-ins.ts): ADD answers what the
 * configuration says, and no verb leases or releases anything.
 */
const standIn: Plugin<StandInConfig> = {
  name: standInType,
  schema: StandInConfig,
  add: ({ config, version }) => {
    if (config.ipam?.result === undefined) {
      throw new CniError(
        Code.invalidConfiguration,
        `IPAM plugin ${standInType} leases no addresses`,
        "it stands in for others while a container is restored; name another one in /ipam/type",
      );
    }
    return parseResult(config.ipam.result, version);
  },
  del: () => {},
  check: () => {},
  gc: () => {},
  status: () => {},
};

/** Answers a plugin that calls lxc-cni as its IPAM plugin; returns the exit status. */
export function answerAsIpamPlugin(): number {
  return respond(standIn);
}

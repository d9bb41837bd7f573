import { system } from "#system";
import { call, locate } from "../../lib/cni/delegate.ts";
import { CniError } from "../../lib/cni/error.ts";
import { stringifyCompact } from "../../lib/cni/json.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { carried } from "../carried.ts";
import { cniPathOf } from "../runtime.ts";

/**
 * Why ADD could not work now, as the network's plugins say (CNI specification 1.1.0, section 2, STATUS); undefined where
 * nothing speaks against it.
 */
export function whyUnavailable({ name, version, plugins }: Network): CniError | undefined {
  try {
    for (const plugin of plugins) {
      const callee = locate(plugin.type, cniPathOf(""), carried);
      const environment = { ...system.environment(), CNI_COMMAND: "STATUS", CNI_PATH: cniPathOf("") };
      const input = stringifyCompact({ ...plugin, name, cniVersion: version });
      call(callee, "STATUS", { environment, input }, version);
    }
    return undefined;
  } catch (error) {
    if (error instanceof CniError) return error;
    throw error;
  }
}

import { system } from "#system";
import { type CarriedPlugins, forward } from "../../lib/cni/delegate.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { NetworkRequest } from "../../lib/cni/request.ts";
import { chooseFirewall } from "../../lib/net/firewall/choose.ts";
import { whyGuardsUnusable } from "../../lib/net/firewall/guard-unusable.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { requireSuitableBridge } from "./host-state.ts";
import { type Settings, settingsOf } from "./settings.ts";

/**
 * Tells whether ADD could work on this host (CNI specification 1.1.0, section 2, STATUS): the configuration, the
 * permissions, the bridge, what the rules need, and the IPAM plugin.
 *
 * @throws CniError 50 with the reason, 7 for a configuration that cannot work anywhere, what the IPAM plugin answered.
 */
export function status(request: NetworkRequest<BridgeConfig>, carried: CarriedPlugins): void {
  const settings = settingsOf(request.config, new Map());
  requirePermission();
  unavailableOnError(() =>
    withHostLinks((links) => {
      const bridge = links.readLink("host", settings.bridge);
      if (bridge !== undefined) requireSuitableBridge(settings, bridge);
    }),
  );
  const reason = whyNoRules(settings);
  if (reason !== undefined) throw unavailable(reason);
  const { ipamType } = settings;
  // What it answers is for itself to say; that there is nobody to answer is not.
  if (ipamType !== undefined) unavailableOnError(() => forward(ipamType, request, carried), isPluginMissing);
}

/** Whether a plugin could not be found, run or understood. */
function isPluginMissing({ code }: CniError): boolean {
  return code === Code.pluginFailed;
}

/** CAP_NET_ADMIN (capabilities(7)), the right to change links, addresses and rules. */
const networkAdministration = 1n << 12n;

function requirePermission(): void {
  const held = /^CapEff:\s*([0-9a-f]+)$/m.exec(system.readText("/proc/self/status"))?.[1];
  if (held === undefined || (BigInt(`0x${held}`) & networkAdministration) !== 0n) return;
  throw unavailable("the plugin may not change networks (CAP_NET_ADMIN is missing); run it as root");
}

function whyNoRules({ masquerading, forward, guard }: Settings): string | undefined {
  const firewall = chooseFirewall(masquerading?.backend);
  return (
    // Which families the addresses will be of, only the IPAM plugin knows.
    (masquerading && firewall.whyUnusable(masquerading.families.slice(0, 1))) ??
    (forward ? chooseFirewall("iptables").whyUnusable([4]) : undefined) ??
    (guard === "none" ? undefined : whyGuardsUnusable())
  );
}

/** Turns an error into the one that says that ADD cannot work, for the same reason. */
function unavailableOnError<T>(work: () => T, isReason: (error: CniError) => boolean = () => true): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CniError && isReason(error)) throw unavailable(error.message, error.details);
    throw error;
  }
}

function unavailable(reason: string, details = ""): CniError {
  return new CniError(Code.unavailable, `ADD cannot work: ${reason}`, details);
}

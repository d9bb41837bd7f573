import { system } from "#system";
import type { CarriedPlugins } from "../../lib/cni/delegate.ts";
import { CniError, describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { Attachment, Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { resultInVersion } from "../../lib/cni/result-format.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import { localMac } from "../../lib/ip/mac.ts";
import { apply } from "../../lib/net/apply.ts";
import { iptables } from "../../lib/net/firewall/iptables.ts";
import { chainName } from "../../lib/net/firewall/marks.ts";
import { bridgeAlias, portAlias, portName } from "../../lib/net/identity.ts";
import { openLinks } from "../../lib/net/open-links.ts";
import { isOwnPort } from "../../lib/net/port.ts";
import type { Receipt } from "../../lib/net/receipt.ts";
import type { Tools } from "../../lib/net/tools.ts";
import { undo } from "../../lib/net/undo.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { openContainerNetns } from "./container-netns.ts";
import { withGateways } from "./gateways.ts";
import { type HostState, readHost } from "./host-state.ts";
import { leaseAddresses, releaseAddresses } from "./lease.ts";
import { type Macs, planAttachment } from "./plan.ts";
import { resultOf } from "./result.ts";
import { type Settings, settingsOf } from "./settings.ts";

/**
 * Joins the container to the bridge (CNI specification 1.1.0, section 2, ADD).
 *
 * All or nothing: when a step fails, every step before it is undone and the lease is released. What other containers
 * may use by then (the bridge, its addresses, forwarding) stays.
 *
 * @throws CniError 2, 7 for a configuration that cannot work, 8 for an unusable namespace, 102 for a container that is
 *   attached already, 100 and 101 where the kernel or the firewall refuses a step, what the IPAM plugin answered.
 */
export function add(request: Request<BridgeConfig>, carried: CarriedPlugins): Result {
  const settings = settingsOf(request.config, request.arguments);
  // Versions that cannot say that there is no address refuse here, before anything is done.
  if (settings.ipamType === undefined) resultInVersion(emptyResult, request.version);
  const netns = openContainerNetns(request.netnsPath, request.call.environment);
  const tools: Tools = { links: openLinks(netns), firewall: iptables, netns };
  try {
    return withLock("member", chainName(request.attachment), () => attach(request, settings, tools, carried));
  } finally {
    tools.links.close();
    netns.close();
  }
}

function attach(
  request: Request<BridgeConfig>,
  settings: Settings,
  tools: Tools,
  carried: CarriedPlugins,
): Result {
  const host = readHost(settings, request.attachment, tools.links);
  const lease = leaseAddresses(settings.ipamType, request, carried);
  const macs = chooseMacs(settings);
  const receipts: Receipt[] = [];
  try {
    const leased = withGateways(lease, settings);
    apply(planAttachment(settings, request.attachment, leased, host, macs), tools, receipts);
    const bridgeMac = findBridgeMac(settings, host, macs, tools, receipts);
    return resultOf(settings, request.attachment, leased, { bridgeMac, macs, netnsPath: request.netnsPath });
  } catch (error) {
    // Two calls at once, where no lock could be had: lease and rules are the other one's, who has made the port.
    if (isPortOfOther(request.attachment, macs, tools)) throw error;
    throw withProblems(error, [
      ...undo(receipts, tools),
      ...attempt(() => releaseAddresses(settings.ipamType, request, carried)),
    ]);
  }
}

function isPortOfOther(attachment: Attachment, macs: Macs, { links }: Tools): boolean {
  try {
    const port = links.readLink("host", portName(attachment));
    return port !== undefined && isOwnPort(port, portAlias(attachment)) && port.mac !== macs.port;
  } catch {
    // The receipts tell enough, and the error that led here says more.
    return false;
  }
}

/** All of one address's worth of random bytes each, but for what was asked for. */
function chooseMacs({ mac }: Settings): Macs {
  const seed = system.random(18);
  return {
    bridge: localMac(seed.subarray(0, 6)),
    port: localMac(seed.subarray(6, 12)),
    container: mac ?? localMac(seed.subarray(12, 18)),
  };
}

/** The MAC that the bridge has. One that we did not make may borrow its ports' MACs, and have another one by now. */
function findBridgeMac(
  { bridge: name }: Settings,
  { bridge }: HostState,
  macs: Macs,
  { links }: Tools,
  receipts: readonly Receipt[],
): string {
  if (receipts.some(({ operation, effect }) => operation.do === "create bridge" && effect === "changed")) {
    return macs.bridge;
  }
  const link = bridge?.alias === bridgeAlias ? bridge : links.readLink("host", name);
  return link?.mac ?? "";
}

/** The error, with what could not be undone after it. */
function withProblems(error: unknown, problems: readonly string[]): unknown {
  if (problems.length === 0 || !(error instanceof CniError)) return error;
  const left = `not undone: ${problems.join("; ")}; DEL removes what is left`;
  return new CniError(error.code, error.message, error.details === "" ? left : `${error.details}; ${left}`);
}

function attempt(action: () => void): string[] {
  try {
    action();
    return [];
  } catch (error) {
    return [describe(error)];
  }
}

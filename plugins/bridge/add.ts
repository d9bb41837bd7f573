import { system } from "#system";
import type { CarriedPlugins } from "../../lib/cni/delegate.ts";
import { CniError, describe, withMore } from "../../lib/cni/error.ts";
import type { Attachment, Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { resultInVersion } from "../../lib/cni/result-format.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import { inReserve } from "../../lib/cni/time-limit.ts";
import { announce } from "../../lib/net/announce.ts";
import { apply } from "../../lib/net/apply.ts";
import { keepRouterRoutes } from "../../lib/net/default-route.ts";
import { chooseFirewall } from "../../lib/net/firewall/choose.ts";
import { ruleKindsOf } from "../../lib/net/firewall/rule-kind.ts";
import { portName } from "../../lib/net/identity.ts";
import { withContainerLinks } from "../../lib/net/open-links.ts";
import type { Operation } from "../../lib/net/operation.ts";
import type { Receipt } from "../../lib/net/receipt.ts";
import type { Tools } from "../../lib/net/tools.ts";
import { undo } from "../../lib/net/undo.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { openContainerNetns } from "./container-netns.ts";
import { awaitDetection, awaitLocal } from "./detection.ts";
import { forwardingKeys, isForwarding } from "./forwarding.ts";
import { findOwnPort } from "./found-port.ts";
import { withGateways } from "./gateways.ts";
import { readHost } from "./host-state.ts";
import { type Lease, leaseAddresses, needsInterface, releaseAddresses } from "./lease.ts";
import { leaveShared } from "./leave.ts";
import { isLeaseLeftBehind } from "./left-behind.ts";
import { whileChanging, whileJoining } from "./locks.ts";
import { chooseMacs, type Macs } from "./macs.ts";
import { type Circumstances, planAddresses, planAttachment, planPort } from "./plan.ts";
import { removeRecord, writeRecord } from "./record.ts";
import { resultOf } from "./result.ts";
import { type Settings, settingsOf } from "./settings.ts";

/**
 * Joins the container to the bridge (CNI specification 1.1.0, section 2, ADD).
 *
 * All or nothing: when a step fails, every step before it is undone and the lease is released. What other containers
 * may use by then (the bridge, its addresses, forwarding) stays.
 *
 * @throws CniError 7 for a configuration that cannot work, 8 for an unusable namespace, 102 for a container that is
 *   attached already, 100 and 101 where the kernel or the firewall refuses a step, what the IPAM plugin answered.
 */
export function add(request: Request<BridgeConfig>, carried: CarriedPlugins): Result {
  const settings = settingsOf(request.config, request.arguments);
  // Versions that cannot say that there is no address refuse here, before anything is done.
  if (settings.ipamType === undefined) resultInVersion(emptyResult, request.version);
  const netns = openContainerNetns(request.netnsPath, request.call.environment);
  return withContainerLinks(netns, (links) => {
    const tools: Tools = { links, firewall: chooseFirewall(settings.masquerading?.backend), netns };
    return whileChanging(request.attachment, () =>
      leavingOnError(request.attachment, settings, tools, () =>
        whileJoining(settings.bridge, () => attach(request, settings, tools, carried)),
      ),
    );
  });
}

function attach(
  request: Request<BridgeConfig>,
  settings: Settings,
  tools: Tools,
  carried: CarriedPlugins,
): Result {
  const host = readHost(settings, request.attachment, tools.links);
  const preparation: Preparation = { host, macs: chooseMacs(settings), receipts: [] };
  const mayTakeOver = () => isLeaseLeftBehind(request, host, tools.links);
  const lease = () => leaseAddresses(settings.ipamType, request, carried, mayTakeOver);
  const release = () => releaseAddresses(settings.ipamType, request, carried);
  const undoing = <T>(besides: Besides, work: () => T) =>
    undoingOnError(request.attachment, tools, preparation, besides, work);
  const joinWith = (leased: Lease, plan: LeasedPreparation["plan"]) =>
    join(request, settings, tools, { ...preparation, lease: leased, plan });
  if (!needsInterface(settings.ipamType)) {
    const leased = lease();
    return undoing({ after: release }, () => joinWith(leased, planAttachment));
  }
  const leased = undoing({}, () => {
    makePort(request.attachment, settings, tools, preparation);
    return lease();
  });
  // As DEL has it: who leases by the interface gives back by it.
  return undoing({ before: release }, () => joinWith(leased, planAddresses));
}

/** What is done besides undoing the steps: before that, or after it. */
interface Besides {
  readonly before?: () => void;
  readonly after?: () => void;
}

/** Does something, and undoes what was done so far when it fails. */
function undoingOnError<T>(
  attachment: Attachment,
  tools: Tools,
  { macs, receipts }: Preparation,
  { before = () => {}, after = () => {} }: Besides,
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    // Two calls at once, where no lock could be had: lease and rules are the other one's, who has made the port.
    if (isPortOfOther(attachment, macs, tools)) throw error;
    const problems = inReserve(() => [
      ...attempt(before),
      ...undo(receipts, tools),
      ...attempt(after),
      ...attempt(() => removeRecord(portName(attachment))),
    ]);
    throw withProblems(error, problems);
  }
}

/** Does something; when it fails, what the attachments of a network share goes with the last of them, as for DEL. */
function leavingOnError<T>(attachment: Attachment, settings: Settings, { links }: Tools, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withProblems(
      error,
      inReserve(() => attempt(() => leaveShared(attachment, settings, links))),
    );
  }
}

interface Preparation {
  readonly host: ReturnType<typeof readHost>;
  readonly macs: Macs;
  /** Gets a receipt for every step that was done or begun. */
  readonly receipts: Receipt[];
}

interface LeasedPreparation extends Preparation {
  readonly lease: Lease;
  /** What is to be done yet: the port may have been made before the lease. */
  readonly plan: (circumstances: Circumstances) => Operation[];
}

function makePort(
  attachment: Attachment,
  settings: Settings,
  tools: Tools,
  { host, macs, receipts }: Preparation,
): void {
  writeRecord(portName(attachment), { mac: macs.port, rules: undefined });
  apply(planPort({ settings, attachment, host, macs }), tools, receipts);
}

function join(
  { attachment, netnsPath, version }: Request<BridgeConfig>,
  settings: Settings,
  tools: Tools,
  { host, lease, plan: planFor, macs, receipts }: LeasedPreparation,
): Result {
  const { links, firewall } = tools;
  const leased = withGateways(lease.result, settings);
  const { isFresh } = lease;
  const circumstances = { settings, attachment, leased, isFresh, host, macs, backend: firewall.name };
  const plan = planFor(circumstances);
  // Of an attachment that may have been there before, nobody knows what it had.
  const rules = isFresh || settings.ipamType === undefined ? ruleKindsOf(plan, firewall.name) : undefined;
  writeRecord(portName(attachment), { mac: macs.port, rules });
  if (plan.some(isIpv6Forwarding) && !isForwarding(6)) keepRouterRoutes(links, warn);
  apply(plan, tools, receipts);
  const handles = receipts.flatMap(({ masquerade }) => masquerade?.handles ?? []);
  if (handles.length > 0) writeRecord(portName(attachment), { mac: macs.port, rules, handles });
  if (!settings.isLeftDown) {
    const addresses = leased.ips.map(({ address }) => address);
    awaitDetection(attachment.interface, addresses, links);
    awaitLocal(addresses, links);
    const container = { name: attachment.interface, mac: macs.container };
    announce(portName(attachment), container, settings.gatewayLink, addresses, links);
  }
  return resultOf({ attachment, settings, host, macs, leased, netnsPath, version }, links);
}

function isIpv6Forwarding(operation: Operation): boolean {
  return operation.do === "write sysctl" && operation.key === forwardingKeys[6];
}

function isPortOfOther(attachment: Attachment, macs: Macs, { links }: Tools): boolean {
  try {
    const port = findOwnPort(attachment, links);
    return port !== undefined && port.mac !== macs.port;
  } catch {
    // The receipts tell enough, and the error that led here says more.
    return false;
  }
}

/** The error, with what could not be undone after it. */
function withProblems(error: unknown, problems: readonly string[]): unknown {
  if (problems.length === 0 || !(error instanceof CniError)) return error;
  return withMore(error, `not undone: ${problems.join("; ")}; DEL removes what is left`);
}

function attempt(action: () => void): string[] {
  try {
    action();
    return [];
  } catch (error) {
    return [describe(error)];
  }
}

function warn(text: string): void {
  system.writeStandardError(`bridge: ${text}\n`);
}

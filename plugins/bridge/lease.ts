import { type Callee, type CarriedPlugins, call, forward, locate } from "../../lib/cni/delegate.ts";
import { CniError, Code, PluginFailure } from "../../lib/cni/error.ts";
import type { Call, Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import type { BridgeConfig } from "./config.schema.ts";

/** What the IPAM plugin leased to an attachment. */
export interface Lease {
  readonly result: Result;
  /** It was made by this very call, and nothing was left from before. */
  readonly isFresh: boolean;
}

/**
 * Whether the IPAM plugin may need the container's interface: `dhcp` asks for addresses by it, and gives them back by it.
 * `host-local`, whoever's it is, needs none, so that nothing need be made for a container that gets no address.
 */
export function needsInterface(ipamType: string | undefined): boolean {
  return ipamType !== undefined && ipamType !== "host-local";
}

/**
 * Has the IPAM plugin lease addresses (CNI specification 1.1.0, section 4).
 *
 * Called only for an attachment that has no port of ours that is alive: a lease that it holds nevertheless was left
 * behind (a crash, a runtime that never calls DEL), and is taken over instead of refused.
 *
 * @param ipamType undefined for a network without addresses.
 * @param mayTakeOver Whether nothing speaks against that; asked only when there is such a lease.
 * @throws CniError what the IPAM plugin answered; 120 where it answered without an address.
 */
export function leaseAddresses(
  ipamType: string | undefined,
  request: Request<BridgeConfig>,
  carried: CarriedPlugins,
  mayTakeOver: () => boolean,
): Lease {
  if (ipamType === undefined) return { result: emptyResult, isFresh: false };
  const callee = locate(ipamType, request.call.environment.CNI_PATH ?? "", carried);
  const release = () => {
    call(callee, "DEL", request.call, request.version);
  };
  const lease = releasingUnlessRefused(release, () => leaseOrTakeOver(callee, request, release, mayTakeOver));
  if (lease.result.ips.length > 0) return lease;
  release();
  throw new PluginFailure(
    "IPAM plugin returned missing IP config",
    `"${ipamType}" leased no address; give it a range, or remove /ipam/type for a network without addresses`,
  );
}

/** Has the IPAM plugin end the leases of the attachment. @throws CniError what it answered */
export function releaseAddresses(
  ipamType: string | undefined,
  request: Request<BridgeConfig>,
  carried: CarriedPlugins,
): void {
  if (ipamType !== undefined) forward(ipamType, { ...request, verb: "DEL" }, carried);
}

function leaseOrTakeOver(
  callee: Callee,
  request: Request<BridgeConfig>,
  release: () => void,
  mayTakeOver: () => boolean,
): Lease {
  const lease = (ownCall: Call) => call(callee, "ADD", ownCall, request.version);
  try {
    // Of another IPAM plugin it is not known what it does with a lease that is there.
    return { result: lease(request.call), isFresh: callee.carried !== undefined };
  } catch (error) {
    if (!(error instanceof CniError) || !isDuplicate(error) || !mayTakeOver()) throw error;
  }
  if (callee.carried !== undefined) return { result: lease(adopting(request.call)), isFresh: false };
  // Another IPAM plugin knows no such word.
  release();
  return { result: lease(request.call), isFresh: false };
}

/** The same call, with word for our own IPAM plugin that leases which are there are to be kept. */
function adopting({ environment, input }: Call): Call {
  const args = environment.CNI_ARGS ?? "";
  return { environment: { ...environment, CNI_ARGS: args === "" ? "ADOPT=1" : `${args};ADOPT=1` }, input };
}

/**
 * Releases what may have been leased where that is not known: the plugin was ended, or its answer makes no sense. After
 * an error that it reported there is nothing to release, or it is somebody else's.
 */
function releasingUnlessRefused(release: () => void, lease: () => Lease): Lease {
  try {
    return lease();
  } catch (error) {
    if (!(error instanceof CniError) || error instanceof PluginFailure) ignoringErrors(release);
    throw error;
  }
}

function ignoringErrors(action: () => void): void {
  try {
    action();
  } catch {
    // The error that made this necessary says more.
  }
}

/** Our code, or the reference's words. */
function isDuplicate({ code, message }: CniError): boolean {
  return code === Code.duplicateAllocation || message.includes("duplicate allocation is not allowed");
}

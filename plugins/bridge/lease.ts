import { type CarriedPlugins, call, locate } from "../../lib/cni/delegate.ts";
import { CniError, Code, PluginFailure } from "../../lib/cni/error.ts";
import type { Call, Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import type { BridgeConfig } from "./config.schema.ts";

/**
 * Has the IPAM plugin lease addresses (CNI specification 1.1.0, section 4).
 *
 * Called only for an attachment that has no live port: a lease that it holds nevertheless was left behind (a crash, a
 * runtime that never calls DEL), and is taken over instead of refused.
 *
 * @param ipamType undefined for a network without addresses.
 * @throws CniError what the IPAM plugin answered; 7 where it answered without an address.
 */
export function leaseAddresses(
  ipamType: string | undefined,
  request: Request<BridgeConfig>,
  carried: CarriedPlugins,
): Result {
  if (ipamType === undefined) return emptyResult;
  const callee = locate(ipamType, request.call.environment.CNI_PATH ?? "", carried);
  const release = () => {
    call(callee, "DEL", request.call, request.version);
  };
  const result = releasingUnlessRefused(release, () =>
    callee.carried === undefined
      ? leaseAgainWhenLeftBehind(() => call(callee, "ADD", request.call, request.version), release)
      : call(callee, "ADD", adopting(request.call), request.version),
  );
  if (result.ips.length > 0) return result;
  release();
  throw new CniError(
    Code.invalidConfiguration,
    "IPAM plugin returned missing IP config",
    `"${ipamType}" leased no address; give it a range, or remove /ipam/type for a network without addresses`,
  );
}

/** Has the IPAM plugin end the leases of the attachment. @throws CniError what it answered */
export function releaseAddresses(
  ipamType: string | undefined,
  { call: ownCall, version }: Request<BridgeConfig>,
  carried: CarriedPlugins,
): void {
  if (ipamType === undefined) return;
  call(locate(ipamType, ownCall.environment.CNI_PATH ?? "", carried), "DEL", ownCall, version);
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
function releasingUnlessRefused(release: () => void, lease: () => Result): Result {
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

/** Another IPAM plugin knows no such word: what it holds for the attachment is released first. */
function leaseAgainWhenLeftBehind(lease: () => Result, release: () => void): Result {
  try {
    return lease();
  } catch (error) {
    if (!(error instanceof CniError) || !isDuplicate(error)) throw error;
    release();
    return lease();
  }
}

/** Our code, or the reference's words. */
function isDuplicate({ code, message }: CniError): boolean {
  return code === Code.duplicateAllocation || message.includes("duplicate allocation is not allowed");
}

import { leasedAddresses } from "../../ipam/host-local/leased.ts";
import type { CarriedPlugins } from "../../lib/cni/delegate.ts";
import { CniError } from "../../lib/cni/error.ts";
import type { Json } from "../../lib/cni/json.ts";
import type { Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { parseResult } from "../../lib/cni/result-parse.ts";
import { bitsOf } from "../../lib/ip/address.ts";
import type { Prefix } from "../../lib/ip/prefix.ts";
import { deleteLink } from "../../lib/net/delete-link.ts";
import { removeRules } from "../../lib/net/firewall/remove-rules.ts";
import type { RuleKind } from "../../lib/net/firewall/rule-kind.ts";
import { portName } from "../../lib/net/identity.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { Failures } from "./failures.ts";
import { type FoundPort, findForeignPort, findOwnPort } from "./found-port.ts";
import { needsInterface, releaseAddresses } from "./lease.ts";
import { leaveShared, sharedOf } from "./leave.ts";
import { whileChanging } from "./locks.ts";
import { readRecord, removeRecord } from "./record.ts";
import { ipamTypeOf } from "./settings.ts";

/**
 * Takes the container off the bridge (CNI specification 1.1.0, section 2, DEL).
 *
 * It needs neither the namespace nor the interface nor prevResult: port and rules are found by the identity. The
 * addresses are released after them, so that a DEL that is ended half-way finds them again; only an IPAM plugin that may
 * need the interface for that is called before. A step that fails does not keep the others from being taken.
 *
 * @throws CniError that reports all steps that failed, with the code of the first.
 */
export function del(request: Request<BridgeConfig>, carried: CarriedPlugins): void {
  whileChanging(request.attachment, () => withHostLinks((links) => detach(request, links, carried)));
}

function detach(request: Request<BridgeConfig>, links: LinkBackend, carried: CarriedPlugins): void {
  const { attachment, config } = request;
  const failures = new Failures();
  const { port, addresses, rules: kinds } = identify(request, links);
  const ipamType = leasingType(request);
  const release = () => failures.attempt(() => releaseAddresses(ipamType, request, carried));
  // The commands that remove the rules run while the kernel takes its time to delete the port.
  const rules = removeRules(attachment, addresses, kinds);
  if (needsInterface(ipamType)) release();
  failures.attempt(() => port && deleteLink(port.name, links));
  failures.attempt(() => rules.finish());
  if (failures.isEmpty && !needsInterface(ipamType)) release();
  if (failures.isEmpty) {
    failures.attempt(() => removeRecord(portName(attachment)));
    failures.attempt(() => leaveShared(attachment, sharedOf(config), links));
  }
  failures.throwIfAny();
}

/** What there is of an attachment. */
interface Remains {
  readonly port: FoundPort | undefined;
  readonly addresses: readonly Prefix[];
  /** The kinds of rules that there can be; undefined where nobody knows, and all have to be looked for. */
  readonly rules: readonly RuleKind[] | undefined;
}

/** Finds what there is. What ADD recorded counts only beside the very port that it made: another plugin writes none. */
function identify(request: Request<BridgeConfig>, links: LinkBackend): Remains {
  const { attachment } = request;
  const previous = previousResult(request);
  const known = previous?.ips.map(({ address }) => address) ?? [];
  const own = findOwnPort(attachment, links);
  const record = own && readRecord(own.name);
  if (record !== undefined && record.mac === own?.mac) {
    return { port: own, addresses: known, rules: record.rules };
  }
  const addresses = [...known, ...leasedHosts(request)];
  return { port: own ?? findForeignPort(request, previous, addresses, links), addresses, rules: undefined };
}

/** The IPAM plugin that has leases to release. A configuration that has lost its /ipam must not lose those of our own. */
function leasingType({ config, attachment }: Request<BridgeConfig>): string | undefined {
  return ipamTypeOf(config) ?? (leasedAddresses(config, attachment).length > 0 ? "host-local" : undefined);
}

/** The addresses that our own IPAM plugin says are the attachment's. */
function leasedHosts({ config, attachment }: Request<BridgeConfig>): Prefix[] {
  if (ipamTypeOf(config) !== "host-local") return [];
  const leased = leasedAddresses(config, attachment);
  return leased.map((address) => ({ address, length: bitsOf(address.family) }));
}

/** What the runtime remembers of ADD; undefined where it does not, or remembers nonsense. */
function previousResult({ config, version }: Request<BridgeConfig>): Result | undefined {
  try {
    return parseResult(config.prevResult as Json, version);
  } catch (error) {
    if (error instanceof CniError) return undefined;
    throw error;
  }
}

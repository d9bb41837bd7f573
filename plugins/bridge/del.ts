import type { CarriedPlugins } from "../../lib/cni/delegate.ts";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Json } from "../../lib/cni/json.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { Attachment, Request } from "../../lib/cni/request.ts";
import { parseResult } from "../../lib/cni/result-parse.ts";
import { trace } from "../../lib/cni/trace.ts";
import type { Prefix } from "../../lib/ip/prefix.ts";
import { iptables } from "../../lib/net/firewall/iptables.ts";
import { chainName } from "../../lib/net/firewall/marks.ts";
import { portAlias, portName } from "../../lib/net/identity.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import { openLinks } from "../../lib/net/open-links.ts";
import { isOwnPort } from "../../lib/net/port.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { releaseAddresses } from "./lease.ts";

/**
 * Takes the container off the bridge (CNI specification 1.1.0, section 2, DEL).
 *
 * It needs neither the namespace nor the interface nor prevResult: port and rules are found by the identity. The
 * addresses are released last, so that a DEL that is ended half-way finds them again. A step that fails does not keep
 * the others from being taken.
 *
 * @throws CniError that reports all steps that failed, with the code of the first.
 */
export function del(request: Request<BridgeConfig>, carried: CarriedPlugins): void {
  const { attachment, config } = request;
  withLock("member", chainName(attachment), () => {
    const failures: unknown[] = [];
    const attempt = (step: () => void) => attemptStep(failures, step);
    // The commands that remove the rules run while the kernel takes its time to delete the port. Rules are looked for
    // even where there should be none: the configuration may have changed since ADD.
    const rules = iptables.remove(attachment, previousAddresses(request), {
      expected: config.ipMasq === true,
    });
    attempt(() => withLinks((links) => deletePort(attachment, links)));
    attempt(() => rules.finish());
    if (failures.length === 0)
      attempt(() => releaseAddresses(config.ipam?.type || undefined, request, carried));
    if (failures.length > 0) throw together(failures);
  });
}

function deletePort(attachment: Attachment, links: LinkBackend): void {
  const name = portName(attachment);
  const port = links.readLink("host", name);
  if (port === undefined || !isOwnPort(port, portAlias(attachment))) return;
  const { failure } = links.run([{ do: "delete link", where: "host", name }]);
  trace(() => `delete link "${name}": ${failure?.reason ?? "done"}`);
  // It may have gone by itself meanwhile, with its namespace.
  if (failure === undefined || links.readLink("host", name) === undefined) return;
  throw new CniError(Code.linkFailed, `failed to delete "${name}": ${failure.reason}`);
}

/** The addresses that the runtime remembers; none where it does not, or remembers nonsense. */
function previousAddresses({ config, version }: Request<BridgeConfig>): Prefix[] {
  try {
    return parseResult(config.prevResult as Json, version).ips.map(({ address }) => address);
  } catch (error) {
    if (error instanceof CniError) return [];
    throw error;
  }
}

function withLinks(work: (links: LinkBackend) => void): void {
  const links = openLinks(undefined);
  try {
    work(links);
  } finally {
    links.close();
  }
}

/** Takes a step. @returns whether it succeeded; when not, why is added to `failures`. */
function attemptStep(failures: unknown[], step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    failures.push(error);
    return false;
  }
}

function together(failures: readonly unknown[]): unknown {
  const [first] = failures;
  if (failures.length === 1 || !(first instanceof CniError)) return first;
  return new CniError(
    first.code,
    first.message,
    [first.details, ...failures.slice(1).map(describe)].filter((text) => text !== "").join("; "),
  );
}

import { CniError, Code } from "../cni/error.ts";
import { inSeconds, timeLeft } from "../cni/time-limit.ts";
import { trace } from "../cni/trace.ts";
import type { LinkName } from "../ip/link-name.ts";
import type { Mac } from "../ip/mac.ts";
import type { Prefix } from "../ip/prefix.ts";
import type { Link, LinkBackend } from "./link-backend.ts";
import type { LinkOperation } from "./link-operation.ts";
import { describeOperation } from "./operation-error.ts";

/** How long a port may take until it can pass frames, in milliseconds: what the reference waits at most. */
const longestPatience = 2_500;

/** The container's end of an attachment. */
export interface ContainerEnd {
  readonly name: LinkName;
  readonly mac: Mac;
}

/**
 * Waits until the port of a container can pass frames, then has everybody forget who had its addresses before: what the
 * bridge knows of them is dropped, and the container's kernel sends a gratuitous ARP request (RFC 5227, section 2.3) and
 * an unsolicited neighbour advertisement (RFC 4861, section 7.2.6) for each.
 *
 * The container's kernel does so because its MAC is set anew, and because arp_notify and ndisc_notify of its link are 1,
 * which is up to the caller. What it sends by itself when the link comes up may be lost, since the port may not forward
 * yet; who sets the two keys behind that has it sent once. An address that is still tentative is not announced.
 *
 * @param bridge The link of the host that has the gateway's addresses.
 * @param addresses Of the container; without any, it is only waited for the port.
 * @throws CniError 100 when the port does not come up.
 */
export function announce(
  port: LinkName,
  container: ContainerEnd,
  bridge: LinkName,
  addresses: readonly Prefix[],
  links: LinkBackend,
): void {
  const { isForwarding } = awaitRunning(port, links);
  if (addresses.length === 0) return;
  runAll(
    addresses.map(({ address }) => ({ do: "forget neighbour", where: "host", link: bridge, address })),
    links,
  );
  // With a spanning tree, a port does not forward for its first 30 s: nobody would hear it, and ADD does not wait.
  if (isForwarding) runAll([{ do: "set mac", where: "container", ...container }], links);
}

function awaitRunning(name: LinkName, links: LinkBackend): { isForwarding: boolean } {
  let port: Link | undefined;
  const patience = timeLeft(longestPatience);
  const isRunning = links.waitFor(
    "host",
    name,
    (link) => {
      port = link;
      return link?.isRunning === true;
    },
    patience,
  );
  if (isRunning) return { isForwarding: port?.port?.isForwarding === true };
  throw new CniError(
    Code.linkFailed,
    "bridge port in error state: down",
    port === undefined ? `"${name}" is gone` : `"${name}" did not come up within ${inSeconds(patience)}`,
  );
}

/** Runs operations, also behind those that fail: there being nothing to forget is the usual case. */
function runAll(operations: readonly LinkOperation[], links: LinkBackend): void {
  let rest = operations;
  while (rest.length > 0) {
    const { done, failure } = links.run(rest);
    const failed = rest[done];
    if (failure !== undefined && failed !== undefined)
      trace(() => `${describeOperation(failed)}: ${failure.reason}`);
    rest = rest.slice(done + 1);
  }
}

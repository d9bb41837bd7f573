import { system } from "#system";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { withContainerLinks } from "../../lib/net/open-links.ts";

/**
 * Sees to it that a container's `lo` is up, which LXC leaves down without `lxc.net.0.flags = up`. One message, whether it
 * was up or not: to look would take as long.
 *
 * @param netnsPath The container's network namespace.
 * @returns why it could not be; undefined when it is up.
 * @throws SystemError where the namespace cannot be opened.
 */
export function bringLoopbackUp(netnsPath: string): string | undefined {
  const up = { do: "set up", where: "container", name: "lo" as LinkName } as const;
  return withContainerLinks(system.openNetns(netnsPath), (links) => links.run([up]).failure?.reason);
}

import { system } from "#system";
import { CniError, Code } from "../cni/error.ts";
import { isSystemError } from "../system/error.ts";
import type { NetlinkSocket, Netns } from "../system/system.ts";
import { iproute2Backend } from "./iproute2/backend.ts";
import type { LinkBackend } from "./link-backend.ts";
import { netlinkBackend } from "./netlink/backend.ts";

/** Works on the links of the host. @throws CniError as {@linkcode openLinks}, and what the work throws */
export function withHostLinks<T>(work: (links: LinkBackend) => T): T {
  const links = openLinks(undefined);
  try {
    return work(links);
  } finally {
    links.close();
  }
}

/**
 * Works on the links of the host and of a container, and closes the container's namespace.
 *
 * @throws CniError as {@linkcode openLinks}, and what the work throws
 */
export function withContainerLinks<T>(netns: Netns, work: (links: LinkBackend) => T): T {
  try {
    const links = openLinks(netns);
    try {
      return work(links);
    } finally {
      links.close();
    }
  } finally {
    netns.close();
  }
}

/**
 * Opens a backend: netlink where this process may have a socket of it, else iproute2.
 *
 * The variable LXC_CNI_LINKS says `netlink` or `iproute2` to have one of them.
 *
 * @param container The namespace of the attachment, where there is one.
 * @throws CniError 4 for another value of the variable, 100 where netlink was asked for and cannot be had.
 */
export function openLinks(container: Netns | undefined): LinkBackend {
  const wanted = system.environment().LXC_CNI_LINKS ?? "";
  if (!["", "netlink", "iproute2"].includes(wanted)) {
    throw new CniError(
      Code.invalidEnvironment,
      `LXC_CNI_LINKS is "${wanted}"`,
      "it can be netlink or iproute2",
    );
  }
  if (wanted === "iproute2") return iproute2Backend(container);
  const socket = openSocket();
  if (socket !== undefined) return netlinkBackend(socket, container);
  if (wanted === "") return iproute2Backend(container);
  throw new CniError(
    Code.linkFailed,
    "there is no netlink socket to be had",
    "unset LXC_CNI_LINKS to have the work done by ip (iproute2)",
  );
}

/** A socket of our own namespace; undefined where the host (Node) or a policy of the system (seccomp) has none. */
function openSocket(): NetlinkSocket | undefined {
  try {
    return system.openNetlink();
  } catch (error) {
    if (isSystemError(error, "EPERM", "EACCES", "EAFNOSUPPORT", "EPROTONOSUPPORT")) return undefined;
    throw error;
  }
}

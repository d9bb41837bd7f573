import type { Link } from "./link-backend.ts";

/**
 * Whether a link with the port name of an identity is a port of it: by its alias, or by its name alone where whoever
 * made it was ended before it could set the alias.
 */
export function isOwnPort(link: Link, alias: string): boolean {
  return link.kind === "veth" && (link.alias === alias || link.alias === "");
}

/** Whether the other end of a host's veth is among these links of a container. */
export function isPeerPresent(port: Link, containerLinks: readonly Link[]): boolean {
  return containerLinks.some((link) => link.index === port.peerIndex && link.peerIndex === port.index);
}

import { timeLeft } from "../cni/time-limit.ts";
import type { LinkName } from "../ip/link-name.ts";
import type { Link, LinkBackend } from "./link-backend.ts";

/**
 * Whether a link that is found by the port name of an identity is a port of it: by its alias, or by its name alone where
 * whoever made it was ended before it could set the alias. An alternative name of a link (`altname`) is found as well, and
 * shows nothing.
 */
export function isOwnPort(link: Link, { name, alias }: { name: string; alias: string }): boolean {
  return link.kind === "veth" && (link.alias === alias || (link.alias === "" && link.name === name));
}

/** Whether the other end of a host's veth is among these links of a container. */
export function isPeerPresent(port: Link, containerLinks: readonly Link[]): boolean {
  return containerLinks.some((link) => link.index === port.peerIndex && link.peerIndex === port.index);
}

/** How long to wait for a port to go, in milliseconds. The kernel was seen to take 40. */
const patience = 2_000;

/**
 * Waits for a port to go whose other end is in another namespace: it does so by itself when that namespace has ended.
 *
 * @returns whether it went. One that stays belongs to something alive, or to a namespace that somebody holds open.
 */
export function goesByItself(name: LinkName, links: LinkBackend): boolean {
  return links.waitFor("host", name, (link) => link === undefined, timeLeft(patience));
}

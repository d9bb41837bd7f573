import { system } from "#system";

/** The network namespace of this process, as {@linkcode Netns.identity} has it: `DEV:INO`. */
export function ownNetns(): string {
  const status = system.status("/proc/self/ns/net");
  return `${status?.device}:${status?.inode}`;
}

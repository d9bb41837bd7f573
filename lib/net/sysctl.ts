import { system } from "#system";
import type { Netns } from "../system/system.ts";

/**
 * Makes a key below /proc/sys/net have a value; a key that has it already is not written, so that this works
 * where /proc/sys is read-only too.
 *
 * @param key With slashes, `ipv4/conf/eth0/arp_notify`, since interface names may hold dots.
 * @returns whether it was changed.
 * @throws SystemError where it can be neither read nor written.
 */
export function ensureSysctl(key: string, value: string, netns?: Netns): boolean {
  if (readSysctl(key, netns) === value) return false;
  system.writeInPlace(pathOf(key), value, netns);
  return true;
}

/** The value of a key below /proc/sys/net. @throws SystemError where it cannot be read */
export function readSysctl(key: string, netns?: Netns): string {
  return system.readText(pathOf(key), netns).trim();
}

function pathOf(key: string): string {
  return `/proc/sys/net/${key}`;
}

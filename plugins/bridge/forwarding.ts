import { readSysctl } from "../../lib/net/sysctl.ts";
import { isSystemError } from "../../lib/system/error.ts";

/** The keys below /proc/sys/net that have the host forward between networks. */
export const forwardingKeys = { 4: "ipv4/ip_forward", 6: "ipv6/conf/all/forwarding" } as const;

/** Whether the host forwards packets of a family; false also for one that the kernel does not know. */
export function isForwarding(family: 4 | 6): boolean {
  try {
    return readSysctl(forwardingKeys[family]) !== "0";
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

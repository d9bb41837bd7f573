import type { ContainerId } from "../../lib/cni/request.ts";
import { newDigestOf } from "../../lib/encoding/digest.ts";
import { encodeHex } from "../../lib/encoding/hex.ts";

/**
 * The container id that cnitool gives a namespace, so that either one finds what the other attached.
 *
 * @param netnsPath An absolute path.
 */
export function containerOfNetns(netnsPath: string): ContainerId {
  return `cnitool-${encodeHex(newDigestOf(netnsPath).subarray(0, 10))}` as ContainerId;
}

import type { ContainerId } from "../../lib/cni/request.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { addressesOf, attachmentsOf } from "./attachments.ts";
import type { Checkpoint } from "./checkpoint.schema.ts";

/** The addresses of a checkpoint, and where: `10.10.0.2 and fd00::2 on simplenet (eth0)`. */
export function addressList(checkpoint: Checkpoint, container: ContainerId): string {
  const parts = attachmentsOf(checkpoint, container).map((each) => {
    const { network, interface: link } = each.attachment;
    return `${addressesOf(each).map(formatAddress).join(" and ") || "no address"} on ${network} (${link})`;
  });
  return parts.join(", ") || "no address";
}

/** `0.25 s` */
export function duration(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** `1.3 MB` */
export function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

import type { NetworkName } from "../../lib/cni/request.ts";
import { type LinkName, whyNoLinkName } from "../../lib/ip/link-name.ts";

/** IFNAMSIZ, without the zero at the end. */
const longest = 15;

/**
 * A name for the bridge of a network: `cni-` and the network's name, as much of it as the kernel has room for, and a
 * number where that is taken.
 *
 * @param vlan Of the network: its gateway is a link `BRIDGE.VLAN`, for which there has to be room.
 * @param isTaken Whether a name is in use.
 */
export function chooseBridge(
  network: NetworkName,
  vlan: number | undefined,
  isTaken: (name: string) => boolean,
): LinkName {
  const room = longest - (vlan === undefined ? 0 : `.${vlan}`.length);
  for (let number = 1; ; number++) {
    const end = number === 1 ? "" : String(number);
    const name = `${`cni-${network}`.slice(0, room - end.length)}${end}`;
    // What a network's name may hold, a link's name may hold, too.
    if (whyNoLinkName(name) === undefined && !isTaken(name)) return name as LinkName;
  }
}

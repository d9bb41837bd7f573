import type { Attachment } from "../../lib/cni/request.ts";
import { digestOf } from "../../lib/encoding/digest.ts";
import { localMac, type Mac } from "../../lib/ip/mac.ts";

/**
 * The MAC of a container's interface on a network where nobody asks for another one: the same one at each start, since
 * neighbours, switches and DHCP servers know a container by it (docs/formats.md, "MACs").
 */
export function usualMac({ network, container, interface: link }: Attachment): Mac {
  return localMac(digestOf(`${network} ${container} ${link}`));
}

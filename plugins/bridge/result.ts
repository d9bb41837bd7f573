import type { Attachment } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { portName } from "../../lib/net/identity.ts";
import type { Macs } from "./plan.ts";
import type { Settings } from "./settings.ts";

/** What is known of an attachment after it was made. */
export interface Made {
  readonly bridgeMac: string;
  readonly macs: Macs;
  /** CNI_NETNS as the runtime gave it. */
  readonly netnsPath: string;
}

/** The position of the container's interface in a result; the reference's order is bridge, host end, container. */
const containerIndex = 2;

/** What ADD answers: the three interfaces, and what was leased. */
export function resultOf(
  settings: Settings,
  attachment: Attachment,
  leased: Result,
  { bridgeMac, macs, netnsPath }: Made,
): Result {
  return {
    interfaces: [
      { name: settings.bridge, mac: bridgeMac },
      { name: portName(attachment), mac: macs.port },
      { name: attachment.interface, mac: macs.container, sandbox: netnsPath },
    ],
    ips: leased.ips.map((ip) => ({ ...ip, interface: containerIndex })),
    routes: leased.routes,
    dns: settings.dns ?? leased.dns,
  };
}

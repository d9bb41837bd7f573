import type { Attachment } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { portAlias, portName } from "../../lib/net/identity.ts";
import type { Operation } from "../../lib/net/operation.ts";
import type { HostState } from "./host-state.ts";
import type { Macs } from "./macs.ts";
import type { Settings } from "./settings.ts";
import type { Vlans } from "./vlans.ts";

/** The steps that make the veth pair, one end of which is the bridge's port, and that set the port up. */
export function portSteps(
  { bridge, hairpin, isolated, vlans }: Settings,
  attachment: Attachment,
  host: HostState,
  macs: Macs,
): Operation[] {
  const name = portName(attachment);
  const alias = portAlias(attachment);
  const where = "host";
  const peer = { peerName: attachment.interface, peerMac: macs.container };
  return [
    { do: "create port", where, name, mac: macs.port, bridge, mtu: host.mtu, alias, ...peer },
    { do: "label link", where, name, alias },
    // A new port has neither.
    ...(hairpin || isolated ? [{ do: "configure port", where, name, hairpin, isolated } as const] : []),
    ...vlanSteps(name, vlans, host),
  ];
}

/** The VLAN that the kernel puts new ports of a new bridge into. */
const kernelsDefaultVlan = 1;

/** The steps that put a new port into its VLANs, and out of the one that every new port is in. */
export function vlanSteps(port: LinkName, vlans: Vlans | undefined, { bridge }: HostState): Operation[] {
  if (vlans === undefined) return [];
  const { native, tagged, keepDefault } = vlans;
  const given = bridge?.defaultVlan ?? kernelsDefaultVlan;
  const leaves = !keepDefault && given !== 0 && given !== native;
  return [
    ...(leaves ? [{ do: "remove vlan", where: "host", port, vlan: given } as const] : []),
    ...(native !== undefined || tagged.length > 0
      ? [{ do: "add vlans", where: "host", port, native, tagged } as const]
      : []),
  ];
}

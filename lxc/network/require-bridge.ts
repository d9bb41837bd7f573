import { CniError, Code } from "../../lib/cni/error.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { equalPrefix, formatPrefix, networkOf } from "../../lib/ip/prefix.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import type { NetworkFile } from "../../lib/runtime/list-networks.ts";
import { detailsOf } from "./details.ts";
import type { NewSubnet } from "./new-network.ts";

/**
 * Refuses a bridge that a network could not be on: another network has it, it is no bridge, or it has an address that
 * would be in the way of the gateway's.
 *
 * @param gatewayLink What is to have the gateway's addresses: the bridge, or in a VLAN another link.
 * @throws CniError 7
 */
export function requireUsableBridge(
  bridge: LinkName,
  gatewayLink: string,
  subnets: readonly NewSubnet[],
  files: readonly NetworkFile[],
  links: LinkBackend,
): void {
  const user = files.find(
    ({ network }) => network !== undefined && detailsOf(network).bridge?.gatewayLink === gatewayLink,
  );
  if (user?.network !== undefined) {
    throw refusal(
      `bridge ${bridge} is that of network ${user.network.name}`,
      `${user.file} has it; name another one, or put one of the two into a VLAN: --vlan N`,
    );
  }
  const found = links.readLink("host", bridge);
  if (found === undefined) return;
  if (found.kind !== "bridge") {
    throw refusal(`${bridge} is no bridge`, `the host has a link of that name; name another one`);
  }
  if (gatewayLink !== bridge) return;
  const wanted = subnets.find(({ subnet }) => subnet.address.family === 4);
  const inTheWay = found.addresses.find(
    (each) =>
      each.address.family === 4 &&
      wanted !== undefined &&
      !equalPrefix(each, { address: wanted.gateway, length: wanted.subnet.length }),
  );
  if (inTheWay === undefined) return;
  throw refusal(
    `bridge ${bridge} has the address ${formatPrefix(inTheWay)}`,
    "which would be in the way of the gateway's; to use it: " +
      `--subnet ${formatPrefix(networkOf(inTheWay))} --gateway ${formatAddress(inTheWay.address)}`,
  );
}

function refusal(message: string, details: string): CniError {
  return new CniError(Code.invalidConfiguration, message, details);
}

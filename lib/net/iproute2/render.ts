import { formatAddress } from "../../ip/address.ts";
import { formatPrefix, networkOf } from "../../ip/prefix.ts";
import type { AddRoute, LinkOperation } from "../operation.ts";

/**
 * An operation as the words of a command of ip(8), without the leading `ip`.
 *
 * @param containerPath The path of the container's namespace, for the one command that reaches into it.
 */
export function render(operation: LinkOperation, containerPath: string): string[] {
  switch (operation.do) {
    case "create bridge":
      return [
        ...["link", "add", "name", operation.name, "address", operation.mac],
        ...optional("mtu", operation.mtu),
        ...["type", "bridge"],
      ];
    case "create port":
      return [
        ...["link", "add", "name", operation.name, "address", operation.mac],
        ...optional("mtu", operation.mtu),
        ...["master", operation.bridge, "up", "type", "veth"],
        ...["peer", "name", operation.peerName, "address", operation.peerMac],
        ...optional("mtu", operation.mtu),
        ...["netns", containerPath],
      ];
    case "label link":
      return ["link", "set", "dev", operation.name, "alias", operation.alias];
    case "configure port":
      return [
        ...["link", "set", "dev", operation.name],
        ...["type", "bridge_slave", "hairpin", operation.hairpin ? "on" : "off"],
      ];
    case "set up":
      return ["link", "set", "dev", operation.name, "up"];
    case "add address": {
      const { address, length } = operation.address;
      const broadcast = address.family === 4 && length <= 30 ? ["broadcast", "+"] : [];
      // An address that is our own choice need not be asked for: no wait for duplicate address detection.
      const nodad = address.family === 6 ? ["nodad"] : [];
      return [
        "address",
        "add",
        formatPrefix(operation.address),
        ...broadcast,
        "dev",
        operation.link,
        ...nodad,
      ];
    }
    case "delete address":
      return ["address", "delete", formatPrefix(operation.address), "dev", operation.link];
    case "add route":
      return renderRoute(operation);
    case "delete link":
      return ["link", "delete", "dev", operation.name];
  }
}

function renderRoute({ link, to, via, mtu, advmss, priority, table, scope }: AddRoute): string[] {
  return [
    // Unlike `add`, `prepend` takes a second route to a destination, as the Go plugin does.
    ...["route", "prepend", formatPrefix(networkOf(to))],
    ...(via === undefined ? [] : ["via", formatAddress(via)]),
    ...["dev", link],
    ...optional("mtu", mtu),
    ...optional("advmss", advmss),
    ...optional("metric", priority),
    ...optional("table", table),
    ...optional("scope", scope),
  ];
}

function optional(keyword: string, value: number | undefined): string[] {
  return value === undefined ? [] : [keyword, String(value)];
}

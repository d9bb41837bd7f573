import type { Attachment } from "../../lib/cni/request.ts";
import type { Result, Route } from "../../lib/cni/result.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import type { LinkWithAddresses } from "../../lib/net/link-backend.ts";
import type { Operation } from "../../lib/net/operation.ts";
import { describeOperation } from "../../lib/net/operation-error.ts";
import type { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { withGateways } from "../../plugins/bridge/gateways.ts";
import { planAttachment } from "../../plugins/bridge/plan.ts";
import { settingsOf } from "../../plugins/bridge/settings.ts";
import { address, mac, prefix } from "../net/values.ts";

/** Whose attachment is planned, and the name of its port. */
export const attachment = { network: "simplenet", container: "c1", interface: "eth0" } as Attachment;
export const port = "veth2v54nqsfchr";

export const macs = {
  bridge: mac("02:00:00:00:00:01"),
  port: mac("02:00:00:00:00:02"),
  container: mac("02:00:00:00:00:03"),
  gateway: mac("02:00:00:00:00:04"),
  gatewayPort: mac("02:00:00:00:00:05"),
};

/** What a plan is made for, beside the configuration. */
export interface Situation {
  /** What was leased: addresses, each followed by its gateway where it has one, as in `10.1.2.3/24 via 10.1.2.1`. */
  readonly ips: readonly string[];
  readonly routes?: readonly Route[];
  readonly bridge?: LinkWithAddresses;
  /** What has the gateway's addresses, where that is not the bridge. */
  readonly gateway?: LinkWithAddresses;
  readonly mtu?: number;
  readonly backend?: "iptables" | "nftables";
}

/** The steps for a configuration. */
export function plan(config: BridgeConfig, situation: Situation): Operation[] {
  const { routes = [], bridge, mtu, backend = "iptables" } = situation;
  const settings = settingsOf(config, new Map());
  const leased: Result = { interfaces: [], ips: situation.ips.map(leasedIp), routes, dns: {} };
  const gateway = settings.gatewayLink === settings.bridge ? bridge : situation.gateway;
  const host = { bridge, gateway, mtu };
  return planAttachment({
    ...{ settings, attachment, leased: withGateways(leased, settings), isFresh: true, host, macs, backend },
  });
}

function leasedIp(text: string): Result["ips"][number] {
  const [own = "", gateway] = text.split(" via ");
  return { address: prefix(own), gateway: gateway === undefined ? undefined : address(gateway) };
}

/** A plan as people read it. */
export function steps(config: BridgeConfig, situation: Situation): string[] {
  return plan(config, situation).map(
    (operation) => `${operation.where === "container" ? "container: " : ""}${inWords(operation)}`,
  );
}

function inWords(operation: Operation): string {
  switch (operation.do) {
    case "masquerade":
      return `masquerade ${operation.masquerade.addresses.map(formatPrefix).join(" ")}`;
    case "guard port": {
      const { guard } = operation;
      return ["guard", guard.port, guard.mac, ...(guard.addresses?.map(formatAddress) ?? [])].join(" ");
    }
    case "add network rules": {
      const { masqueraded, forwarded, backend } = operation.rules;
      const hidden = masqueraded.map((each) => `hide ${formatPrefix(each)} by ${backend}`);
      return [
        "for the network:",
        ...hidden,
        ...(forwarded === undefined ? [] : [`forward ${forwarded}`]),
      ].join(" ");
    }
    default:
      return describeOperation(operation);
  }
}

/** A bridge that somebody else made, is up, and has these addresses. */
export function bridgeWith(...addresses: string[]): LinkWithAddresses {
  return {
    ...{ index: 7, name: "cnibr0", kind: "bridge", mac: macs.bridge, mtu: 1500, alias: "" },
    ...{ up: true, isRunning: true, isPromiscuous: false, master: undefined, port: undefined },
    ...{ vlanFiltering: false, defaultVlan: 1, peerIndex: undefined },
    addresses: addresses.map((each) => ({ ...prefix(each), detection: "done" })),
  };
}

/** The same, made by us. */
export function ownBridgeWith(...addresses: string[]): LinkWithAddresses {
  return { ...bridgeWith(...addresses), alias: "lxc-cni bridge" };
}

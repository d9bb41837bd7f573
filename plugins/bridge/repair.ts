import { type CarriedPlugins, locate } from "../../lib/cni/delegate.ts";
import { type Repair, repair as repairBy } from "../../lib/cni/plugin.ts";
import type { Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { announce } from "../../lib/net/announce.ts";
import { apply } from "../../lib/net/apply.ts";
import { chooseFirewall } from "../../lib/net/firewall/choose.ts";
import { distrustNetworkRules } from "../../lib/net/firewall/network-ensure.ts";
import { ruleKindsOf } from "../../lib/net/firewall/rule-kind.ts";
import { withContainerLinks } from "../../lib/net/open-links.ts";
import type { Operation } from "../../lib/net/operation.ts";
import { describeOperation } from "../../lib/net/operation-error.ts";
import type { Tools } from "../../lib/net/tools.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { openContainerNetns } from "./container-netns.ts";
import { type Damage, damageOf, withPresentMacs } from "./damage.ts";
import { whileChanging, whileJoining } from "./locks.ts";
import { readRecord, writeRecord } from "./record.ts";
import { planRepair } from "./repair-steps.ts";
import { type Settings, settingsOf } from "./settings.ts";

/**
 * Makes an attachment whole again: its lease, the bridge and its addresses, the port, rules, and in the container what is
 * missing. What is as it should be is left alone, so that connections live on; an interface that is lost is made anew
 * with the MACs and addresses that it had.
 *
 * @throws CniError 7 where the configuration cannot work, 8 for an unusable namespace, 103 where another link is in the
 *   way, 100, 101 where a step fails, what the IPAM plugin answered.
 */
export function repair(
  request: Request<BridgeConfig>,
  previous: Result,
  isTrial: boolean,
  carried: CarriedPlugins,
): Repair {
  const settings = settingsOf(request.config, request.arguments);
  const netns = openContainerNetns(request.netnsPath, request.call.environment);
  return withContainerLinks(netns, (links) => {
    const tools: Tools = { links, firewall: chooseFirewall(settings.masquerading?.backend), netns };
    return whileChanging(request.attachment, () => {
      const leased = repairLease(settings, request, isTrial, carried);
      return whileJoining(settings.bridge, () => {
        const damage = damageOf(settings, request.attachment, previous, tools);
        const plan = planRepair(damage);
        if (!isTrial) carryOut(plan, damage, tools);
        const result = withPresentMacs(damage.result, settings, links);
        return { steps: [...leased, ...plan.map(inWords)], result };
      });
    });
  });
}

/** Of another IPAM plugin than one that is carried, nobody knows how its leases could be had again. */
function repairLease(
  { ipamType }: Settings,
  { call }: Request<BridgeConfig>,
  isTrial: boolean,
  carried: CarriedPlugins,
): readonly string[] {
  if (ipamType === undefined) return [];
  const plugin = locate(ipamType, call.environment.CNI_PATH ?? "", carried).carried;
  return (plugin && repairBy(plugin, call, isTrial)?.steps) ?? [];
}

function carryOut(plan: readonly Operation[], damage: Damage, tools: Tools): void {
  const { settings, attachment, subject, found, result } = damage;
  if (plan.length === 0) return;
  recordRules(plan, damage, tools);
  if (plan.some((operation) => operation.do === "add network rules")) {
    distrustNetworkRules(attachment.network);
  }
  apply(plan, tools, []);
  const isNew = found.port === undefined || plan.some((operation) => operation.do === "plug port");
  if (!isNew || settings.isLeftDown) return;
  const container = { name: attachment.interface, mac: subject.mac };
  const addresses = result.ips.map(({ address }) => address);
  announce(subject.port, container, settings.gatewayLink, addresses, tools.links);
}

/** What DEL will look for. Where nothing was recorded, it looks everywhere. */
function recordRules(plan: readonly Operation[], { subject, macs }: Damage, { firewall }: Tools): void {
  const record = readRecord(subject.port);
  if (record === undefined) return;
  const kinds = [...(record.rules ?? []), ...ruleKindsOf(plan, firewall.name)];
  const rules = record.rules && [...new Set(kinds)];
  writeRecord(subject.port, { ...record, mac: macs.port, rules });
}

function inWords(operation: Operation): string {
  return `${describeOperation(operation)}${operation.where === "container" ? " in the container" : ""}`;
}

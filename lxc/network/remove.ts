import { system } from "#system";
import { leaseDirectory } from "../../ipam/host-local/lease-directory.ts";
import { lastReservedName, lockName } from "../../ipam/host-local/lease-files.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { NetworkName } from "../../lib/cni/request.ts";
import { collectNetworkRules } from "../../lib/net/firewall/network-ensure.ts";
import { isMarked } from "../../lib/net/firewall/network-mark.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import { cachedAttachments } from "../../lib/runtime/cache.ts";
import { listNetworkFiles, type NetworkFile } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { deleteEmptyBridge } from "../../plugins/bridge/leave.ts";
import { unlessJoined, whileNobodyChanges } from "../../plugins/bridge/locks.ts";
import { portsOf } from "../../plugins/bridge/ports.ts";
import { attachmentsOf } from "./attachments.ts";
import { detailsOf } from "./details.ts";
import { holdersInWords } from "./holders.ts";

/**
 * Removes a network that nobody is on: its configuration, its rules, its bridge where that was made for it, and what is
 * left of its leases.
 *
 * @returns what was removed, in words.
 * @throws CniError 7 where there is no such network, 102 where containers are on it, 11 where others are at it for too
 *   long, 100, 101, 5 where something cannot be removed.
 */
export function removeNetwork(name: NetworkName): string[] {
  return withLock("networks", "all", () => {
    const files = listNetworkFiles(defaultDirectories);
    const found = files.find(({ network }) => network?.name === name);
    if (found?.network === undefined) throw noSuchNetwork(name, files);
    const { file, network } = found;
    return withHostLinks((links) =>
      whileNobodyChanges(name, () => {
        refuseAttachments(network, links);
        const others = files.filter((each) => each !== found);
        const removed = [
          ...removeRules(name, links),
          ...removeBridge(network, others, links),
          ...removeLeaseDirectory(network),
        ];
        // Last: as long as it is there, whatever failed, or was cut short, can be tried again.
        system.removeFile(file);
        return [...removed, `configuration ${file}`];
      }),
    );
  });
}

function noSuchNetwork(name: NetworkName, files: readonly NetworkFile[]): CniError {
  const names = files.flatMap(({ network }) => network?.name ?? []);
  const there = names.length === 0 ? "there is none at all" : `there is ${names.join(", ")}`;
  return new CniError(Code.invalidConfiguration, `there is no network ${name}`, there);
}

function refuseAttachments(network: Network, links: LinkBackend): void {
  const attachments = attachmentsOf(network, cachedAttachments());
  const ports = portsOf(network.name, links);
  if (attachments.length + ports.length === 0) return;
  const by =
    attachments.length > 0
      ? holdersInWords(network.name, attachments)
      : `the ports ${ports.join(", ")} of its bridge: stop or detach their containers`;
  throw new CniError(Code.alreadyAttached, `network ${network.name} is in use`, `by ${by}`);
}

function removeRules(name: NetworkName, links: LinkBackend): string[] {
  const hadRules = isMarked(name);
  collectNetworkRules(name, () => portsOf(name, links).length === 0);
  return hadRules ? ["the rules that its containers shared"] : [];
}

function removeBridge(network: Network, others: readonly NetworkFile[], links: LinkBackend): string[] {
  const bridge = detailsOf(network).bridge?.bridge;
  const isShared = others.some((each) => each.network && detailsOf(each.network).bridge?.bridge === bridge);
  if (bridge === undefined || isShared) return [];
  let isDeleted = false;
  unlessJoined(bridge, () => {
    isDeleted = deleteEmptyBridge(bridge, links);
  });
  return isDeleted ? [`bridge ${bridge}`] : [];
}

/** What is left there when no lease is: the lock, and where the search for a free address was. */
function removeLeaseDirectory(network: Network): string[] {
  const { pool } = detailsOf(network);
  if (pool === undefined) return [];
  const directory = leaseDirectory(pool.config.ipam?.dataDir, network.name);
  const names = system.listDirectory(directory);
  if (names === undefined || !names.every((each) => each === lockName || each.startsWith(lastReservedName))) {
    return [];
  }
  for (const each of names) system.removeFile(`${directory}/${each}`);
  return system.removeDirectory(directory) ? [`lease directory ${directory}`] : [];
}

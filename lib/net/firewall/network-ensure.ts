import { CniError, Code, describe } from "../../cni/error.ts";
import { withLock } from "../../cni/lock.ts";
import type { NetworkName } from "../../cni/request.ts";
import { families, storesWithRules } from "./iptables-store.ts";
import { attempt, finishAll } from "./later.ts";
import { networkChain } from "./marks.ts";
import type { Part } from "./network-mark.schema.ts";
import { isMarked, readMark, removeMark, writeMark } from "./network-mark.ts";
import { makeMissingInNft, missingFromNft, removeNetworkFromNft } from "./network-nftables.ts";
import { equalPart, partsOf, storesOf, subnetsOf } from "./network-parts.ts";
import type { NetworkRules } from "./network-rules.ts";
import {
  finishStoreRules,
  makeMissing,
  missingFromStore,
  removeWhatIsThere,
  startStoreRemoval,
  startStoreRules,
} from "./network-store.ts";
import { isNftInstalled } from "./nft-command.ts";

/**
 * Ensures the rules that all attachments of a network share. When they are noted as made, no command is started.
 *
 * To be called when the attachment's port is there: an attachment that leaves at the same time then sees that it is not
 * the last one, or has removed the rules before they are looked at here.
 *
 * @returns whether something was missing.
 * @throws CniError 101 where they cannot be made, 7 for a link that no rule can name, 11 where others held the lock for
 *   too long.
 */
export function ensureNetworkRules(rules: NetworkRules): "changed" | "found" {
  const { network } = rules.attachment;
  const wanted = partsOf(rules);
  return withLock("network-rules", networkChain(network), () => ensureParts(network, wanted));
}

/**
 * Has the next {@linkcode ensureNetworkRules} look at the rules themselves: somebody has removed some, whatever was noted.
 *
 * @throws CniError 11 where others held the lock for too long.
 */
export function distrustNetworkRules(network: NetworkName): void {
  withLock("network-rules", networkChain(network), () => {
    const noted = readMark(network);
    if (noted !== undefined) writeMark(network, noted.map(asUncertain));
  });
}

function ensureParts(network: NetworkName, wanted: readonly Part[]): "changed" | "found" {
  const noted = readMark(network) ?? [];
  const certain = noted.filter(({ isUncertain }) => isUncertain !== true);
  const missing = wanted.filter((part) => !isAmong(certain, part));
  if (missing.length === 0) return "found";
  const doubtful = noted.filter((part) => !isAmong(certain, part) && !isAmong(missing, part));
  const note = (made: readonly Part[]) => {
    const others = missing.filter((part) => !isAmong(made, part));
    writeMark(network, [...certain, ...made, ...[...others, ...doubtful].map(asUncertain)]);
  };
  // Before anything is made: whoever leaves after a crash has to know of it.
  note([]);
  const { made, failures } = makeParts(network, missing, noted.length === 0);
  note(made);
  if (failures.length === 0) return "changed";
  throw new CniError(
    Code.firewallFailed,
    `failed to add rules for network ${network}: ${failures.join("; ")}`,
  );
}

function isAmong(parts: readonly Part[], part: Part): boolean {
  return parts.some((each) => equalPart(each, part));
}

function asUncertain(part: Part): Part {
  return { ...part, isUncertain: true };
}

/** Makes parts; those of one store are made or not as a whole. */
function makeParts(
  network: NetworkName,
  parts: readonly Part[],
  isFirst: boolean,
): { made: Part[]; failures: string[] } {
  const stores = storesOf(network, parts);
  // As if there were nothing yet, in all stores at once; where that is not so, it fails and changes nothing.
  const started = stores.map((rules) => attempt(() => (isFirst ? startStoreRules(rules) : undefined)));
  const steps = stores.map((rules, index) => ({
    name: rules.store.name as Part["store"],
    finish: () => {
      const running = started[index]?.();
      if (running === undefined) makeMissing(rules);
      else finishStoreRules(rules, running);
    },
  }));
  const ofNft = parts.filter(({ store }) => store === "nftables");
  if (ofNft.length > 0) {
    steps.push({ name: "nftables", finish: () => makeMissingInNft(network, subnetsOf(ofNft)) });
  }
  const failures: string[] = [];
  const made = steps.flatMap(({ name, finish }) => {
    try {
      finish();
      return parts.filter(({ store }) => store === name);
    } catch (error) {
      failures.push(describe(error));
      return [];
    }
  });
  return { made, failures };
}

/**
 * Removes the rules of a network when its last attachment has left it. When none were noted, nothing is done.
 *
 * @param isLast Whether no attachment of the network is left; asked while nobody else changes the network's rules.
 * @throws CniError 101 where some may be left, 11 where others held the lock for too long.
 */
export function leaveNetwork(network: NetworkName, isLast: () => boolean): void {
  if (!isMarked(network)) return;
  collectNetworkRules(network, isLast);
}

/**
 * Removes the rules of a network that has no attachments any more, whether they were noted or not.
 *
 * @param isLast As for {@linkcode leaveNetwork}.
 * @throws CniError 101 where some may be left, 11 where others held the lock for too long.
 */
export function collectNetworkRules(network: NetworkName, isLast: () => boolean): void {
  withLock("network-rules", networkChain(network), () => {
    if (!isLast()) return;
    const noted = readMark(network);
    finishAll(
      `failed to remove rules of network ${network}`,
      noted === undefined ? searchEverywhere(network) : startRemoval(network, noted),
    );
    removeMark(network);
  });
}

/** Starts to remove what was noted, side by side. @returns what waits for it */
function startRemoval(network: NetworkName, noted: readonly Part[]): (() => void)[] {
  const begun = storesOf(network, noted).map((rules) => attempt(() => startStoreRemoval(rules)));
  const isInNft = noted.some(({ store }) => store === "nftables");
  return [
    ...begun.map((removal) => () => removal().finish()),
    ...(isInNft ? [() => removeNetworkFromNft(network, { sure: true })] : []),
  ];
}

function searchEverywhere(network: NetworkName): (() => void)[] {
  return [
    ...families
      .flatMap((family) => storesWithRules(family))
      .map((store) => () => removeWhatIsThere(store, network)),
    ...(isNftInstalled() ? [() => removeNetworkFromNft(network, { sure: false })] : []),
  ];
}

/**
 * What a network needs and does not have, in words; empty when it has all of it. What was noted is not believed.
 *
 * @throws CniError 7, 101 where that cannot be found out.
 */
export function missingNetworkRules(rules: NetworkRules): string[] {
  const { network } = rules.attachment;
  const parts = partsOf(rules);
  const ofNft = parts.filter(({ store }) => store === "nftables");
  return [
    ...storesOf(network, parts).flatMap(missingFromStore),
    ...(ofNft.length > 0 ? missingFromNft(network, subnetsOf(ofNft)) : []),
  ];
}

import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Network, networkOn } from "../fixture/network.ts";
import type { NetworkCase } from "../fixture/networks.ts";
import { difference, type Snapshot, snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { check, gc } from "../fixture/verbs.ts";
import { faultAt, faultsOf, type Kind, problemsOf } from "./faulty.ts";

/** What faults are put into. */
export interface Target {
  readonly host: Host;
  readonly variant: Variant;
  readonly network: Pick<NetworkCase, "what" | "configuration">;
  readonly kind: Kind;
}

/**
 * ADD with a fault at every step leaves nothing, or, where it succeeded or was killed, what DEL removes; the next ADD
 * succeeds.
 *
 * @param withBridge The bridge is there already.
 */
export async function sweepAdd(target: Target, withBridge: boolean): Promise<void> {
  const { host, variant, network, kind } = target;
  const simplenet = networkOn(host, variant, network.configuration);
  const container = await host.container("c1");
  const before = await snapshot(host);
  const prepare = async () => {
    if (!withBridge) await host.attempt(["ip", "link", "delete", "cnibr0"]);
  };
  succeeded(await simplenet.add(container));
  succeeded(await simplenet.del(container));
  await prepare();
  const faults = await faultsOf(kind, (options) => simplenet.add(container, options));
  succeeded(await simplenet.del(container));
  const problems: string[] = [];
  for (const fault of faults) {
    await prepare();
    const answer = await simplenet.add(container, faultAt(fault));
    // Killed, it could undo nothing; and a step that is only an attempt does not make it fail.
    const isUndone = answer.status !== 0 && kind !== "kill";
    if (!isUndone) succeeded(await simplenet.del(container));
    const left = difference(before, await snapshot(host));
    problems.push(...problemsOf(fault, answer, left));
    if (left.length > 0) succeeded(await simplenet.del(container));
    if (kind === "kill") problems.push(...(await problemsOfNext(simplenet, container, fault)));
  }
  report(target, `ADD ${withBridge ? "with" : "without"} its bridge`, faults, problems);
  succeeded(await simplenet.add(container));
}

/** What is wrong with an ADD on a host where a bridge may have been left half made. */
async function problemsOfNext(simplenet: Network, container: Container, fault: string): Promise<string[]> {
  const { status, output } = await simplenet.add(container);
  if (status !== 0) return [`${fault}: the next ADD failed: ${output}`];
  succeeded(await simplenet.del(container));
  return [];
}

/** DEL with a fault at every step leaves nothing, or the next DEL removes it. */
export async function sweepDel(target: Target): Promise<void> {
  const { host, variant, network, kind } = target;
  const simplenet = networkOn(host, variant, network.configuration);
  const container = await host.container("c1");
  const before = await snapshot(host);
  succeeded(await simplenet.add(container));
  const faults = await faultsOf(kind, (options) => simplenet.del(container, options));
  const problems: string[] = [];
  for (const fault of faults) {
    succeeded(await simplenet.add(container));
    const answer = await simplenet.del(container, faultAt(fault));
    if (answer.status !== 0) succeeded(await simplenet.del(container));
    const left = difference(before, await snapshot(host));
    problems.push(...problemsOf(fault, answer, left));
    if (left.length > 0) succeeded(await simplenet.del(container));
  }
  report(target, "DEL", faults, problems);
}

/** CHECK with a fault at every step changes nothing, and some of the faults make it fail. */
export async function sweepCheck(target: Target): Promise<void> {
  const { host, variant, network, kind } = target;
  const simplenet = networkOn(host, variant, network.configuration);
  const container = await host.container("c1");
  const added = await simplenet.add(container);
  succeeded(added);
  const look = (options = {}) => check(simplenet, network.configuration, container, added, options);
  const faults = await faultsOf(kind, look);
  const before = factsOf(await snapshot(host));
  const problems: string[] = [];
  let failures = 0;
  for (const fault of faults) {
    const answer = await look(faultAt(fault));
    if (answer.status !== 0) failures += 1;
    const after = factsOf(await snapshot(host));
    problems.push(...problemsOf(fault, answer, without(after, before)), ...without(before, after));
  }
  report(target, "CHECK", faults, problems);
  if (!startsNoCommands("CHECK", target)) expect(failures).toBeGreaterThan(0);
  succeeded(await look());
}

/** GC with a fault at every step leaves nothing, or the next GC removes it; an attachment that is valid stays whole. */
export async function sweepGc(target: Target): Promise<void> {
  const { host, variant, network, kind } = target;
  const { configuration } = network;
  const simplenet = networkOn(host, variant, configuration);
  const [valid, stale] = [await host.container("c1"), await host.container("c2")];
  const added = await simplenet.add(valid);
  succeeded(added);
  const collect = (options = {}) =>
    gc(simplenet, configuration, [{ containerID: valid.id, ifname: "eth0" }], options);
  const before = await snapshot(host);
  succeeded(await simplenet.add(stale));
  const faults = await faultsOf(kind, collect);
  const problems: string[] = [];
  for (const fault of faults) {
    succeeded(await simplenet.add(stale));
    const answer = await collect(faultAt(fault));
    if (answer.status !== 0) succeeded(await collect());
    const left = difference(before, await snapshot(host));
    problems.push(...problemsOf(fault, answer, left));
    if (left.length > 0) succeeded(await simplenet.del(stale));
  }
  report(target, "GC", faults, problems);
  succeeded(await check(simplenet, configuration, valid, added));
}

/** What needs a command to fail, and is asked of DEL and CHECK where these find all that they look for in the kernel. */
function startsNoCommands(what: string, { variant, kind }: Target): boolean {
  return kind === "timeout" && variant.name === "netlink" && (what === "DEL" || what === "CHECK");
}

function report(target: Target, what: string, faults: readonly string[], problems: readonly string[]): void {
  const { variant, network, kind } = target;
  console.log(`${what}, ${network.what}, ${variant.name}: ${faults.length} faults, ${kind}`);
  // A sweep of nothing shows nothing, but where that is what is to be shown.
  if (startsNoCommands(what, target)) expect(faults).toEqual([]);
  else expect(faults.length).toBeGreaterThan(0);
  expect(problems).toEqual([]);
}

/** Everything, and also what may stay after a DEL: a look may not change that either. */
function factsOf(facts: Snapshot): string[] {
  return facts.map(({ kind, subject, value }) => `${kind} ${subject} ${value}`).sort();
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  return lines.filter((line) => !others.includes(line));
}

import { asCniError, CniError, Code } from "../../lib/cni/error.ts";
import { stringifyCompact } from "../../lib/cni/json.ts";
import type { Result } from "../../lib/cni/result.ts";
import { resultInVersion } from "../../lib/cni/result-format.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import { attach } from "../../lib/runtime/attach.ts";
import { withRollback } from "../../lib/runtime/chain.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { carried } from "../carried.ts";
import { readConfiguration } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import { forgetIncarnation, readIncarnation, recordIncarnation } from "../container/incarnation.ts";
import { bringLoopbackUp } from "../container/loopback.ts";
import { isRunning, type ProcessIdentity } from "../container/process.ts";
import { detachQuietly, type KnownNetworks, networkOf } from "../hook/attachment.ts";
import { hookLinesOf } from "../hook/lines.ts";
import { told, withWishes } from "../hook/wishes.ts";
import { type Places, runtimeFor, warn } from "../runtime.ts";
import { attachmentsOf, type CheckpointedAttachment, macOf } from "./attachments.ts";
import type { Checkpoint } from "./checkpoint.schema.ts";
import { forgetDhcpLeases } from "./dhcp.ts";
import { givingHeld } from "./stand-ins.ts";

/** An attachment, and the network as this host knows it. */
export interface Wanted {
  readonly checkpointed: CheckpointedAttachment;
  /** Its addresses are held here. */
  readonly isHeld: boolean;
  readonly network: Network;
  readonly words: KnownNetworks;
}

/**
 * Finds the networks of a checkpoint on this host.
 *
 * @param held The container's checkpoint, as this host knows it; undefined where it knows none.
 * @throws CniError 7 where a network is not there
 */
export function findNetworks(
  container: Container,
  checkpoint: Checkpoint,
  held: Checkpoint | undefined,
  places: Places,
): readonly Wanted[] {
  // Where it arrives, IPAM plugins of others have not leased anything yet.
  const isHeld = held?.time === checkpoint.time && held.move?.stage !== "arriving";
  const lines = hookLinesOf(readConfiguration(container.configFile)).flatMap(({ words }) => words ?? []);
  return attachmentsOf(checkpoint, container.id).map((checkpointed) => {
    const { attachment } = checkpointed;
    const line = lines.find(({ networks }) =>
      networks.some((each) => each.interface === attachment.interface),
    );
    const words =
      line === undefined || places.networkDirectories.length > 0 ? { ...places, networks: [] } : line;
    return { checkpointed, isHeld, network: networkOf(attachment, words), words };
  });
}

/**
 * Makes a container's interfaces again in a namespace that has nothing but `lo`: all of them, as they were, or none.
 *
 * The caller holds the container's lock.
 *
 * @param first The container's first process, which does not run yet.
 * @throws CniError what plugins answered; 7 where this host's network would give it something else; 102 where another
 *   process runs as this container
 */
export function makeNetworks(container: Container, first: ProcessIdentity, all: readonly Wanted[]): void {
  requireNoOther(container, first);
  const netnsPath = `/proc/${first.pid}/ns/net`;
  const attachments = all.map(({ checkpointed: { attachment } }) => attachment);
  recordIncarnation(container.id, {
    process: first,
    name: container.name,
    lxcPath: container.lxcPath,
    attachments: attachments.map(({ network, interface: link }) => ({ network, interface: link })),
  });
  const done: Wanted[] = [];
  try {
    for (const each of all) {
      makeOne(each, netnsPath);
      done.push(each);
    }
  } catch (error) {
    throw withRollback(asCniError(error), () => {
      const isGone = done.map(({ checkpointed, words }) => detachQuietly(checkpointed.attachment, words));
      if (isGone.every(Boolean)) forgetIncarnation(container.id);
    });
  }
  const reason = bringLoopbackUp(netnsPath);
  if (reason !== undefined) warn(`lo of the container cannot be brought up: ${reason}`);
}

/** What is attached for a run that goes on is not to be taken away. */
function requireNoOther({ id, name }: Container, first: ProcessIdentity): void {
  const other = readIncarnation(id)?.process;
  if (other === undefined || other.pid === first.pid || !isRunning(other)) return;
  throw new CniError(
    Code.alreadyAttached,
    `container ${name} runs already, as process ${other.pid}`,
    "somebody else has started or restored it meanwhile",
  );
}

function makeOne({ checkpointed, isHeld, network: configured, words }: Wanted, netnsPath: string): void {
  const { attachment, result: before, mac, arguments: pairs, capabilityArguments } = checkpointed;
  const ips = before.ips.map(({ address }) => formatPrefix(address));
  const { network, given } = withWishes(configured, attachment, { ips, mac });
  const runtime = runtimeFor(attachment, netnsPath, words, {
    arguments: pairs,
    capabilityArguments: { ...capabilityArguments, ...given.capabilityArguments },
  });
  const told = adopting(network);
  if (isHeld) forgetDhcpLeases(runtime, told);
  const after = attach(runtime, isHeld ? givingHeld(told, before, runtime.cniPath) : told, carried);
  const differences = differencesOf(before, after, attachment.interface);
  if (differences.length === 0) return;
  detachQuietly(attachment, words);
  throw new CniError(
    Code.invalidConfiguration,
    `network ${attachment.network} of this host differs from that of the checkpoint, at ${attachment.interface}`,
    `${differences.join("; ")}; let both hosts have the same subnets, gateways and routes`,
  );
}

/** The network, with word for host-local that it is the same container that comes back to its leases. */
function adopting(network: Network): Network {
  const [first, ...others] = network.plugins;
  return first === undefined ? network : { ...network, plugins: [told(first, { adopt: true }), ...others] };
}

/** What a container would find changed. */
export function differencesOf(before: Result, after: Result, link: string): string[] {
  const [was, is] = [before, after].map((result) => factsOf(result, link)) as [string[], string[]];
  const lost = was.filter((fact) => !is.includes(fact)).map((fact) => `it had ${fact}`);
  const added = is.filter((fact) => !was.includes(fact)).map((fact) => `it would have ${fact}`);
  return [...lost, ...added];
}

function factsOf(result: Result, link: string): string[] {
  const { ips, routes } = resultInVersion({ ...result, interfaces: [] }, "1.1.0") as {
    readonly ips?: readonly { readonly address: string; readonly gateway?: string }[];
    readonly routes?: readonly { readonly [key: string]: string | number }[];
  };
  return [
    ...(ips ?? []).map(({ address, gateway }) => `${address}, gateway ${gateway ?? "none"}`),
    ...(routes ?? []).map((route) => `the route ${stringifyCompact(route)}`),
    `the MAC ${macOf(result, link) ?? "unknown"}`,
  ];
}

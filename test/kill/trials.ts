import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Network, networkOn } from "../fixture/network.ts";
import { type NetworkCase, neighbourOf } from "../fixture/networks.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { gc } from "../fixture/verbs.ts";
import { killedStatus, lifeOf } from "./killer.ts";

/** What is killed, and what has to clean up. */
export interface Campaign {
  readonly variant: Variant;
  /** The path of the program that kills. */
  readonly killer: string;
  readonly network: NetworkCase;
  /** The verb of the calls that are killed. */
  readonly verb: "ADD" | "DEL";
  /** What is called then; before GC alone, the containers' namespaces go. */
  readonly recovery: "DEL" | "GC alone";
  /** How many rounds, of how many containers each. The host is looked at after each round. */
  readonly rounds: number;
  readonly containers: number;
  /** Numbers from 0 to below 1. */
  readonly random: () => number;
}

/** What came of the trials. */
export interface Outcome {
  readonly trials: number;
  /** The lives of those calls that were killed, in microseconds; the others were over before. */
  readonly lives: readonly number[];
  /** How long a call takes that nobody kills, in microseconds. */
  readonly duration: number;
}

/** One call that is killed. */
interface Trial {
  readonly container: Container;
  /** When, in microseconds after its start. */
  readonly moment: number;
}

/**
 * Kills calls at random moments, has what they leave removed, and looks whether anything stays that may not, and
 * whether the containers can be attached then. A container of another network must not notice.
 */
export async function killAtRandom(host: Host, campaign: Campaign): Promise<Outcome> {
  const { variant, network, verb, rounds, random } = campaign;
  const simplenet = networkOn(host, variant, network.configuration);
  const neighbour = neighbourOf(network);
  const bystander = await host.container("bystander");
  succeeded(await networkOn(host, variant, neighbour.configuration).add(bystander));
  const containers = await makeContainers(host, campaign.containers);
  let duration = await durationOf(simplenet, campaign, containers);
  const before = await snapshot(host);
  const lives: number[] = [];

  for (let round = 1; round <= rounds; round++) {
    // Anew, since the machine may have had other work before.
    if (round > 1) duration = await durationOf(simplenet, campaign, containers);
    const trials = containers.map((container) => ({ container, moment: Math.floor(random() * duration) }));
    const moments = trials.map(({ container, moment }) => `${moment} us (${container.id})`);
    const story = `${verb} killed after ${moments.join(", ")}`;
    if (verb === "DEL") await atOnce(containers, async (each) => succeeded(await simplenet.add(each)));
    for (const trial of trials) {
      if (random() < 0.5) await loseUnusedBridge(host, campaign);
      lives.push(...(await kill(simplenet, campaign, trial)));
      if (campaign.recovery === "DEL") succeeded(await simplenet.del(trial.container));
    }
    if (campaign.recovery === "GC alone") await collect(host, simplenet, campaign, containers);
    expect(difference(before, await snapshot(host)), story).toEqual([]);

    await atOnce(containers, (each) => attachAndDetach(simplenet, network, each, story));
    expect(difference(before, await snapshot(host)), `${story}; then ADD and DEL`).toEqual([]);
  }
  await reachGateways(bystander, neighbour);
  return { trials: rounds * containers.length, lives, duration };
}

/**
 * How long calls take that nobody kills, made as the ones that are: three of four take longer. Those that had to wait for
 * a processor would have most of the others be over before they are killed.
 *
 * @returns microseconds
 */
async function durationOf(simplenet: Network, campaign: Campaign, containers: readonly Container[]) {
  const { verb, killer, recovery } = campaign;
  const lives: number[] = [];
  if (verb === "DEL") await atOnce(containers, async (each) => succeeded(await simplenet.add(each)));
  for (const container of containers) {
    const answer = await simplenet.call(verb, container, { by: [killer, String(60_000_000)] });
    succeeded(answer);
    lives.push(lifeOf(answer));
    if (recovery === "DEL") succeeded(await simplenet.del(container));
  }
  if (recovery === "GC alone") await atOnce(containers, async (each) => succeeded(await simplenet.del(each)));
  return lives.sort((a, b) => a - b)[Math.floor(lives.length / 4)] ?? 0;
}

/** So that some of the calls make the bridge. */
async function loseUnusedBridge(host: Host, { verb, recovery }: Campaign): Promise<void> {
  if (verb === "ADD" && recovery === "DEL") await host.attempt(["ip", "link", "delete", "cnibr0"]);
}

/** Makes a call that is killed. @returns how long it lived, in microseconds; nothing where it was over before */
async function kill(
  simplenet: Network,
  { killer, verb }: Campaign,
  { container, moment }: Trial,
): Promise<number[]> {
  const answer = await simplenet.call(verb, container, { by: [killer, String(moment)] });
  if (answer.status === killedStatus) return [lifeOf(answer)];
  succeeded(answer);
  return [];
}

/** Takes the namespaces away, calls GC, and makes new ones. */
async function collect(
  host: Host,
  simplenet: Network,
  { network }: Campaign,
  containers: readonly Container[],
): Promise<void> {
  await atOnce(containers, (each) => each.lose());
  const collected = await gc(simplenet, network.configuration, []);
  succeeded(collected);
  expect(collected.output).toBe("");
  await makeContainers(host, containers.length);
}

async function attachAndDetach(
  simplenet: Network,
  network: NetworkCase,
  container: Container,
  story: string,
): Promise<void> {
  const { status, output, errors } = await simplenet.add(container);
  expect(status, `${story}; then ADD of ${container.id}: ${output}${errors}`).toBe(0);
  await reachGateways(container, network);
  succeeded(await simplenet.del(container));
}

async function reachGateways(container: Container, { gateways }: NetworkCase): Promise<void> {
  for (const gateway of gateways) await container.run(["ping", "-c1", "-W2", gateway]);
}

function makeContainers(host: Host, count: number): Promise<Container[]> {
  return atOnce(
    Array.from({ length: count }, (_, number) => `c${number + 1}`),
    (id) => host.container(id),
  );
}

function atOnce<T, Result>(each: readonly T[], work: (one: T) => Promise<Result>): Promise<Result[]> {
  return Promise.all(each.map(work));
}

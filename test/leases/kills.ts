import { expect } from "vitest";
import { Code } from "../../lib/cni/error.ts";
import { succeeded } from "../fixture/answer.ts";
import { trialsOf } from "../fixture/seed.ts";
import type { Variant } from "../fixture/variants.ts";
import { type CallPoint, callPointsOf } from "../kill/at-call.ts";
import { killedStatus } from "../kill/killer.ts";
import { ask, type Place } from "./ask.ts";
import { type LeaseDirectory, leaseDirectoryOn } from "./directory.ts";
import { manners } from "./manners.ts";
import { type Directory, type Holder, type Question, type Reply, respond } from "./model.ts";
import { replyOf } from "./reply.ts";
import { type LeaseState, leasesOfOthers } from "./states.ts";

/** What is killed, and where. */
export interface Campaign extends Place {
  readonly plugins: Variant;
  /** The path of the program that kills at a system call. */
  readonly atCall: string;
  readonly verb: KilledVerb;
  readonly state: LeaseState;
}

export type KilledVerb = "ADD" | "DEL" | "GC";

/** What came of it. */
export interface Kills {
  /** How many system calls a call makes that nobody kills. */
  readonly calls: number;
  /** At how many of them one was to be killed, and how many of these were. */
  readonly points: number;
  readonly killed: number;
}

const victim = { container: "victim", interface: "eth0" };
const second = { container: "victim", interface: "eth1" };
const next = { container: "next", interface: "eth0" };

/**
 * Kills a call at each of its system calls, each time in the same state, and looks what is left:
 *
 * * Each file of the lease directory is as it was before or as it is after a call that succeeds. (But not all of them
 *   together: a lease and `last_reserved_ip` are two files.) What was just being written is swept by the next call.
 * * The next ADD of another container succeeds, and so do DEL and ADD of the same one.
 * * Afterwards, as many addresses can be given out as were free before, each once.
 *
 * What calls do that are not killed is held against the model, from whatever the killed one left.
 */
export async function killAtEachCall(campaign: Campaign): Promise<Kills> {
  const trial = new Trial(campaign);
  // The first call of all also makes what stays: directories above, `last_reserved_ip`.
  await trial.list();
  const all = callPointsOf(await trial.list());
  const points = worthwhile(all);
  let killed = 0;
  for (const point of points) if (await trial.kill(point)) killed += 1;
  return { calls: all.length, points: points.length, killed };
}

/** Of calls of one name, so many are worth a kill where there are more: most of them, such as reads, are alike then. */
const mostOfAKind = trialsOf(25);

/** All points, but of a kind that has very many only some, evenly spread. */
function worthwhile(points: readonly CallPoint[]): CallPoint[] {
  const totals = new Map(points.map(({ call, count }) => [call, count]));
  return points.filter(({ call, count }) => {
    const share = Math.min(1, mostOfAKind / (totals.get(call) ?? 1));
    return Math.floor(count * share) > Math.floor((count - 1) * share);
  });
}

/** One campaign's state, again and again. */
class Trial {
  readonly #campaign: Campaign;
  readonly #directory: LeaseDirectory;
  readonly #base: Directory | undefined;
  readonly #others: readonly Holder[];
  /** What is going on, for whoever reads of a failure. */
  #story = "";

  constructor(campaign: Campaign) {
    this.#campaign = campaign;
    this.#directory = leaseDirectoryOn(campaign.host);
    this.#base = leasesOfOthers(campaign.state);
    this.#others = [...(this.#base?.values() ?? [])].map((lease) => ({
      container: lease.split("\r\n")[0] ?? "",
      interface: "eth0",
    }));
    this.#directory.reset(this.#base);
  }

  /** Makes the call with nobody killing it. @returns an answer that has its system calls */
  async list() {
    await this.#prepare();
    const answer = await this.#ask(this.#killedQuestion, [this.#campaign.atCall, "list"]);
    succeeded(answer);
    await this.#recover();
    return answer;
  }

  /** Makes the call and kills it. @returns whether it was killed, and not over before */
  async kill({ call, count }: CallPoint): Promise<boolean> {
    const { atCall, verb } = this.#campaign;
    this.#story = `${verb} killed at ${call} ${count}`;
    await this.#prepare();
    const before = this.#directory.read();
    const after = respond(before, this.#killedQuestion, manners.ours).after;
    const answer = await this.#ask(this.#killedQuestion, [atCall, "kill", call, String(count)]);
    const isKilled = answer.status === killedStatus;
    if (!isKilled) succeeded(answer);
    this.#expectBetween(before, after);
    await this.#recover();
    return isKilled;
  }

  get #killedQuestion(): Question {
    const { verb, state } = this.#campaign;
    if (verb === "GC") return { verb, valid: this.#others };
    return verb === "ADD" ? this.#addition(victim, state.requested) : this.#removal(victim);
  }

  /** Others hold their leases, and the victim those that it is to lose. */
  async #prepare(): Promise<void> {
    const { verb, state } = this.#campaign;
    if (this.#base === undefined) this.#directory.reset(undefined);
    if (verb !== "ADD") await this.#succeed(this.#addition(victim, state.requested));
    if (verb === "GC") await this.#succeed(this.#addition(second));
  }

  /** Does what comes after a call that was killed, until only others hold leases. */
  async #recover(): Promise<void> {
    const { requested } = this.#campaign.state;
    await this.#succeed(this.#addition(next));
    await this.#succeed(this.#removal(victim));
    await this.#succeed(this.#addition(victim, requested));
    for (const holder of [next, victim, second]) await this.#succeed(this.#removal(holder));
    this.#expectBase();
    if (!this.#campaign.state.isSmall) return;

    for (let number = 1; number <= this.#free; number++)
      await this.#succeed(this.#addition({ container: `c${number}`, interface: "eth0" }));
    expect(await this.#askAndCompare(this.#addition(next)), this.#story).toEqual({ code: Code.exhausted });
    await this.#succeed({ verb: "GC", valid: this.#others });
    this.#expectBase();
  }

  /** How many containers can get addresses, beside the others. */
  get #free(): number {
    const sizes = this.#campaign.state.network.sets.map((set) => {
      const addresses = set.flatMap(({ addresses, gateway }) => addresses.filter((each) => each !== gateway));
      return addresses.filter((address) => this.#base?.has(address) !== true).length;
    });
    return Math.min(...sizes);
  }

  #addition(holder: Holder, requested: readonly string[] = []): Question {
    return { verb: "ADD", holder, sets: this.#campaign.state.network.sets, requested };
  }

  #removal(holder: Holder): Question {
    return { verb: "DEL", holder, sets: this.#campaign.state.network.sets };
  }

  async #succeed(question: Question): Promise<void> {
    const reply = await this.#askAndCompare(question);
    expect(reply, `${this.#story}; then ${inWords(question)}`).toHaveProperty("ips");
  }

  /** Asks what nobody kills, and the model, too. */
  async #askAndCompare(question: Question): Promise<Reply> {
    const expected = respond(this.#directory.read(), question, manners.ours);
    const reply = replyOf(await this.#ask(question), "ours");
    const story = `${this.#story}; then ${inWords(question)}`;
    expect(reply, story).toEqual(expected.reply);
    expect(linesOf(this.#directory.read()), story).toEqual(linesOf(expected.after));
    return reply;
  }

  #ask(question: Question, by?: readonly string[]) {
    const { plugins, state } = this.#campaign;
    return ask(this.#campaign, plugins, state.network, question, { by });
  }

  /** No file is anything else than what it was before or is to be after. */
  #expectBetween(before: Directory | undefined, after: Directory | undefined): void {
    const known = new Set([...linesOf(before), ...linesOf(after)]);
    const found = linesOf(this.#directory.read());
    const strange = found.filter((line) => !known.has(line) && !/^\.lxc-cni-[0-9a-f]{16}: /.test(line));
    const lost = linesOf(before).filter((line) => linesOf(after).includes(line) && !found.includes(line));
    expect({ strange, lost }, this.#story).toEqual({ strange: [], lost: [] });
  }

  /** All leases are those of the others. */
  #expectBase(): void {
    const leases = linesOf(this.#directory.read()).filter(
      (line) => !/^(lock|last_reserved_ip\.\d+): /.test(line),
    );
    expect(leases, this.#story).toEqual(linesOf(this.#base));
  }
}

function inWords(question: Question): string {
  return question.verb === "GC" ? "GC" : `${question.verb} of ${question.holder.container}`;
}

/** `10.1.1.2: "c1\r\neth0"` */
function linesOf(files: Directory | undefined): string[] {
  return [...(files ?? [])].map(([name, content]) => `${name}: ${JSON.stringify(content)}`).sort();
}

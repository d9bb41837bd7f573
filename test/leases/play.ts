import { expect } from "vitest";
import type { Sides } from "../interop/beside-go.ts";
import { ask, type Place } from "./ask.ts";
import { type LeaseDirectory, leaseDirectoryOn } from "./directory.ts";
import { manners } from "./manners.ts";
import { type Directory, type Question, respond } from "./model.ts";
import { type ListedNetwork, turned } from "./networks.ts";
import { replyOf } from "./reply.ts";
import type { Event, Story } from "./stories.ts";

/** Where stories are played. */
export interface Stage extends Place {
  readonly sides: Sides;
  /** Is told how each call ended, as `ours ADD 110`. */
  readonly note: (ending: string) => void;
}

/** Plays a story for the plugins and for the model, and compares them after each event. */
export async function play(stage: Stage, { network, others, events }: Story): Promise<void> {
  const directory = leaseDirectoryOn(stage.host);
  const results = new Map<string, readonly string[]>();
  let files = leasesOf(others);
  directory.reset(files);
  for (const [index, event] of events.entries()) {
    const place = `event ${index + 1}, ${JSON.stringify(event)}`;
    if (event.what === "call" || event.what === "GC") {
      const { question, asked, requests, by } = callOf(event, network, others, results);
      const expected = respond(files, question, manners[by]);
      const reply = replyOf(await ask(stage, stage.sides[by], asked, question, { requests }), by);
      expect(reply, place).toEqual(expected.reply);
      if (question.verb === "ADD" && "ips" in reply) {
        results.set(
          JSON.stringify(question.holder),
          reply.ips.map(({ address }) => address.split("/")[0] ?? ""),
        );
      }
      files = question.verb === "CHECK" ? sweptAsIn(directory, expected.after) : expected.after;
      stage.note(`${by} ${question.verb} ${"code" in reply ? reply.code : 0}`);
    } else {
      files = disturb(directory, files, event);
    }
    expect(sorted(directory.read()), place).toEqual(sorted(files));
  }
}

/** Without the temporary files that are gone: CHECK may sweep them, where it takes the lock, but need not. */
function sweptAsIn(directory: LeaseDirectory, files: Directory | undefined): Directory | undefined {
  const found = directory.read();
  const isThere = (name: string) => !name.startsWith(".lxc-cni-") || found?.has(name);
  return files && new Map([...files].filter(([name]) => isThere(name)));
}

/** What others have left; undefined where there are none. */
function leasesOf(others: readonly string[]): Directory | undefined {
  if (others.length === 0) return undefined;
  const leases = others.map((address, index) => [address, `other${index}\r\neth0`] as const);
  return new Map([...leases, ["lock", ""]]);
}

/** Does behind the backs of the plugins what happens there. @returns what the directory is to hold then */
function disturb(
  directory: LeaseDirectory,
  files: Directory | undefined,
  event: Exclude<Event, { what: "call" | "GC" }>,
): Directory | undefined {
  if (event.what === "lose") {
    directory.reset(undefined);
    return undefined;
  }
  const after = new Map(files);
  if (event.what === "write") {
    directory.write(event.name, event.content);
    return after.set(event.name, event.content);
  }
  const names = [...after.keys()].filter((each) => each !== "lock");
  const victim = names[event.index % names.length];
  if (victim === undefined) return files;
  directory.remove(victim);
  after.delete(victim);
  return after;
}

/** What is asked, in the model's terms, of which network, and by whom. */
function callOf(
  event: Extract<Event, { what: "call" | "GC" }>,
  network: ListedNetwork,
  others: readonly string[],
  results: ReadonlyMap<string, readonly string[]>,
) {
  if (event.what === "GC") {
    const inUse = event.keepsOthers ? others : [];
    const residents = inUse.map((_, index) => ({ container: `other${index}`, interface: "eth0" }));
    const question: Question = { verb: "GC", valid: [...event.valid, ...residents] };
    return { question, asked: network, requests: [], by: "ours" as const };
  }
  const { by, holder, verb, requests } = event;
  const asked = event.isTurned ? turned(network) : network;
  const { sets } = asked;
  const last = results.get(JSON.stringify(holder)) ?? [];
  const questions: Record<typeof verb, Question> = {
    ADD: { verb: "ADD", holder, sets, requested: requests.map(({ address }) => address) },
    DEL: { verb: "DEL", holder, sets },
    CHECK: { verb: "CHECK", holder, sets, previous: event.previous === "last" ? last : event.previous },
  };
  return { question: questions[verb], asked, requests, by };
}

function sorted(files: Directory | undefined): [string, string][] | undefined {
  return files && [...files].sort();
}

import { expect } from "vitest";
import { refusalOf } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Answer, networkOn } from "../fixture/network.ts";
import { gc } from "../fixture/verbs.ts";
import type { Sides } from "../interop/beside-go.ts";
import { codeOfGo } from "./code-of-go.ts";
import { type LeaseDirectory, leaseDirectoryOn } from "./directory.ts";
import { manners } from "./manners.ts";
import { type Directory, type Question, type Reply, respond } from "./model.ts";
import { type ListedNetwork, turned } from "./networks.ts";
import type { Event, Request, Story } from "./stories.ts";

/** Where stories are played. */
export interface Stage {
  readonly host: Host;
  /** Whose namespace every call names: host-local does not enter it. */
  readonly container: Container;
  readonly sides: Sides;
  /** Is told how each call ended, as `ours ADD 110`. */
  readonly note: (ending: string) => void;
}

type Call = Extract<Event, { what: "call" }>;

const name = "simplenet";

/** Plays a story for the plugins and for the model, and compares them after each event. */
export async function play(stage: Stage, { network, events }: Story): Promise<void> {
  const directory = leaseDirectoryOn(stage.host, name);
  directory.reset(undefined);
  const results = new Map<string, readonly string[]>();
  let files: Directory | undefined;
  for (const [index, event] of events.entries()) {
    const place = `event ${index + 1}, ${JSON.stringify(event)}`;
    if (event.what === "call" || event.what === "GC") {
      const question = questionOf(event, network, results);
      const side = event.what === "GC" ? "ours" : event.by;
      const expected = respond(files, question, manners[side]);
      const reply = await ask(stage, event, question, network);
      expect(reply, place).toEqual(expected.reply);
      if (question.verb === "ADD" && "ips" in reply) {
        results.set(
          JSON.stringify(question.holder),
          reply.ips.map(({ address }) => address.split("/")[0] ?? ""),
        );
      }
      files = expected.after;
      stage.note(`${side} ${question.verb} ${"code" in reply ? reply.code : 0}`);
    } else {
      files = disturb(directory, files, event);
    }
    expect(sorted(directory.read()), place).toEqual(sorted(files));
  }
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

/** What is asked by a call, in the model's terms. */
function questionOf(
  event: Extract<Event, { what: "call" | "GC" }>,
  network: ListedNetwork,
  results: ReadonlyMap<string, readonly string[]>,
): Question {
  if (event.what === "GC") return { verb: "GC", valid: event.valid };
  const { sets } = event.isTurned ? turned(network) : network;
  const { verb, holder } = event;
  if (verb === "ADD") return { verb, holder, sets, requested: event.requests.map(({ address }) => address) };
  if (verb === "DEL") return { verb, holder, sets };
  const last = results.get(JSON.stringify(holder)) ?? [];
  return { verb, holder, sets, previous: event.previous === "last" ? last : event.previous };
}

/** Calls a plugin. */
async function ask(
  { host, container, sides }: Stage,
  event: Extract<Event, { what: "call" | "GC" }>,
  question: Question,
  network: ListedNetwork,
): Promise<Reply> {
  const common = { cniVersion: "1.1.0", name, type: "host-local" };
  if (event.what === "GC") {
    const configuration = { ...common, ...network.configuration };
    const valid = event.valid.map((each) => ({ containerID: each.container, ifname: each.interface }));
    return replyOf(await gc(networkOn(host, sides.ours, configuration), configuration, valid), "ours");
  }
  const { ipam, runtimeConfig } = (event.isTurned ? turned(network) : network).configuration;
  const previous = question.verb === "CHECK" ? question.previous : undefined;
  const configuration = {
    ...common,
    ipam,
    runtimeConfig: { ...runtimeConfig, ips: requestsIn("runtimeConfig", event) },
    args: { cni: { ips: requestsIn("args", event) } },
    prevResult: previous && {
      cniVersion: "1.1.0",
      ips: previous.map((address) => ({ address: `${address}/${address.includes(":") ? 64 : 24}` })),
    },
  };
  const [byArguments] = requestsIn("CNI_ARGS", event);
  const answer = await networkOn(host, sides[event.by], configuration).call(
    event.verb,
    { ...container, id: event.holder.container },
    { ifname: event.holder.interface, env: { CNI_ARGS: byArguments && `IP=${byArguments}` } },
  );
  return replyOf(answer, event.by);
}

function requestsIn(place: Request["in"], { verb, requests }: Call): string[] {
  return requests
    .filter((request) => verb === "ADD" && request.in === place)
    .map(({ address, hasLength }) => (hasLength ? `${address}/${address.includes(":") ? 64 : 24}` : address));
}

function replyOf(answer: Answer, by: "ours" | "go"): Reply {
  if (answer.status === 0) return { ips: (answer.json as { ips?: [] } | undefined)?.ips ?? [] };
  const refusal = refusalOf(answer);
  return { code: by === "ours" ? refusal.code : codeOfGo(refusal.msg) };
}

function sorted(files: Directory | undefined): [string, string][] | undefined {
  return files && [...files].sort();
}

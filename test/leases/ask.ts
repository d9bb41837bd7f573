import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Answer, type CallOptions, networkOn } from "../fixture/network.ts";
import type { Variant } from "../fixture/variants.ts";
import { gc } from "../fixture/verbs.ts";
import type { Question } from "./model.ts";
import type { ListedNetwork } from "./networks.ts";

/** Where plugins are called. */
export interface Place {
  readonly host: Host;
  /** Whose namespace every call names: host-local does not enter it. */
  readonly container: Container;
}

/** An address that is asked for, and where. */
export interface Request {
  readonly address: string;
  readonly in: "CNI_ARGS" | "args" | "runtimeConfig";
  /** With the length of a prefix, which counts for nothing. */
  readonly hasLength: boolean;
}

/** How a question is put. */
export interface Manner {
  /** Where the requested addresses of an ADD stand; in runtimeConfig when absent. */
  readonly requests?: readonly Request[];
  /** The words of a command that runs the plugin. */
  readonly by?: readonly string[];
}

/** The network's name. */
export const networkName = "simplenet";

/** Asks an executable what the model is asked. */
export function ask(
  { host, container }: Place,
  plugins: Variant,
  network: ListedNetwork,
  question: Question,
  { requests, by }: Manner = {},
): Promise<Answer> {
  const configuration = configurationFor(network, question, requests ?? requestsOf(question));
  const called = networkOn(host, plugins, configuration);
  if (question.verb === "GC") {
    const valid = question.valid.map((each) => ({ containerID: each.container, ifname: each.interface }));
    return gc(called, configuration, valid, { by });
  }
  const { verb, holder } = question;
  const [byArguments] = requests === undefined ? [] : textsIn("CNI_ARGS", requests);
  const env = { CNI_ARGS: byArguments === undefined ? undefined : `IP=${byArguments}` };
  const options: CallOptions = { ifname: holder.interface, env, by };
  return called.call(verb, { ...container, id: holder.container }, options);
}

function configurationFor(network: ListedNetwork, question: Question, requests: readonly Request[]) {
  const { ipam, runtimeConfig } = network.configuration;
  return {
    cniVersion: "1.1.0",
    name: networkName,
    type: "host-local",
    ipam,
    runtimeConfig: { ...runtimeConfig, ips: textsIn("runtimeConfig", requests) },
    args: { cni: { ips: textsIn("args", requests) } },
    prevResult: question.verb === "CHECK" ? previousResult(question.previous) : undefined,
  };
}

function requestsOf(question: Question): Request[] {
  const addresses = question.verb === "ADD" ? question.requested : [];
  return addresses.map((address) => ({ address, in: "runtimeConfig", hasLength: false }));
}

function textsIn(place: Request["in"], requests: readonly Request[]): string[] {
  return requests
    .filter((request) => request.in === place)
    .map(({ address, hasLength }) => (hasLength ? withLength(address) : address));
}

function previousResult(addresses: readonly string[]) {
  return { cniVersion: "1.1.0", ips: addresses.map((address) => ({ address: withLength(address) })) };
}

function withLength(address: string): string {
  return `${address}/${address.includes(":") ? 64 : 24}`;
}

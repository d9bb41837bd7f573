import { type Result, resultOf } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Answer, type CallOptions, type Configuration, networkOn } from "../fixture/network.ts";
import type { Variant } from "../fixture/variants.ts";

/** A container on a network, driven by a runtime that remembers what ADD answered. */
export interface Attached {
  readonly result: Result;
  /** The name of the host's end. */
  readonly port: string;
  check(): Promise<Answer>;
  del(): Promise<Answer>;
}

/** Attaches a container. @throws Error with the whole answer when ADD failed */
export async function attach(
  host: Host,
  variant: Variant,
  configuration: Configuration,
  container: Container,
  options?: CallOptions,
): Promise<Attached> {
  const answer = await networkOn(host, variant, configuration).add(container, options);
  const result = resultOf(answer);
  const remembering = networkOn(host, variant, { ...configuration, prevResult: answer.json });
  return {
    result,
    port: result.interfaces[1]?.name ?? "",
    check: () => remembering.call("CHECK", container, options),
    del: () => remembering.del(container, options),
  };
}

/** Calls a verb that is about a network as a whole: GC or STATUS. */
export async function callNetwork(
  host: Host,
  variant: Variant,
  command: "GC" | "STATUS",
  configuration: Configuration,
): Promise<Answer> {
  const env = { ...variant.environment, CNI_COMMAND: command, CNI_PATH: variant.directory };
  const plugin = `${variant.directory}/${configuration.type}`;
  const outcome = await host.attempt([plugin], { env, input: JSON.stringify(configuration) });
  return { ...outcome, json: outcome.output.trim() === "" ? undefined : JSON.parse(outcome.output) };
}

import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Answer, type CallOptions, type Configuration, networkOn } from "../fixture/network.ts";
import type { Variant } from "../fixture/variants.ts";
import type { Case } from "./case.ts";
import { hasCheck } from "./configurations.ts";

/** A container's interface on the network of a case, and what the runtime says of it in every call. */
export interface Member {
  readonly container: Container;
  readonly options: CallOptions;
}

/** Makes a host what it is to be before, and the containers on it. */
export async function membersOn(host: Host, { attachments, before, env }: Case): Promise<Member[]> {
  await before?.(host);
  const wanted = attachments ?? [{ id: "c1", ifname: "eth0" }];
  const ids = [...new Set(wanted.map(({ id }) => id))];
  const containers = await Promise.all(ids.map((id) => host.container(id)));
  return containers.flatMap((container) =>
    wanted
      .filter(({ id }) => id === container.id)
      .map(({ ifname }) => ({ container, options: { ifname, env: env ?? {} } })),
  );
}

/** The containers of members, each once. */
export function containersOf(members: readonly Member[]): Container[] {
  return [...new Set(members.map(({ container }) => container))];
}

/** A configuration as a runtime passes it once there is a result: with it, in the versions that know that. */
export function remembering(configuration: Configuration, { json }: Answer): Configuration {
  return hasCheck(configuration) ? { ...configuration, prevResult: json } : configuration;
}

/** One plugin's side of a network. */
export function call(
  host: Host,
  plugins: Variant,
  verb: string,
  configuration: Configuration,
  { container, options }: Member,
): Promise<Answer> {
  return networkOn(host, plugins, configuration).call(verb, container, options);
}

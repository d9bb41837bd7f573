import { CniError, Code } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { detach as detachFromNetwork } from "../../lib/runtime/attach.ts";
import { carried } from "../carried.ts";
import type { Container } from "../container/containers.ts";
import type { Held } from "../container/incarnation.schema.ts";
import { attachmentOf } from "../container/incarnation.ts";
import { findNetwork, type Places, runtimeFor } from "../runtime.ts";
import { currentRun, recordHeld, requireFirstProcess } from "./run.ts";

/**
 * Detaches a container that runs from one of its networks, whoever attached it: the hook or a command.
 *
 * @param word `NETWORK:INTERFACE`, or as much of it as says which one is meant.
 * @throws CniError 3 where the container does not run, or has no such attachment; what the plugins answered.
 */
export function detach(container: Container, word: string, places: Places): Held {
  const found = requireFirstProcess(container);
  return withLock("container", container.id, () => {
    const run = currentRun(container, found, places);
    const meant = requireHeld(container, run.held, word, places);
    const attachment = attachmentOf(container.id, meant);
    const load = () => findNetwork(meant.network, places);
    detachFromNetwork(runtimeFor(attachment, run.netnsPath, places), load, carried);
    const held = run.held.filter((each) => each !== meant);
    recordHeld(container, run, held);
    return meant;
  });
}

function requireHeld({ name }: Container, held: readonly Held[], word: string, places: Places): Held {
  const [network = "", ...rest] = word.split(":");
  const sought = network.includes("/") ? [findNetwork(network, places).name, ...rest].join(":") : word;
  const matching = held.filter((each) =>
    [`${each.network}:${each.interface}`, each.network, each.interface].includes(sought),
  );
  const [only, ...others] = matching;
  if (only !== undefined && others.length === 0) return only;
  throw new CniError(
    Code.unknownContainer,
    `container ${name} has ${only === undefined ? "no attachment" : "several attachments"} "${word}"`,
    `it has ${held.length === 0 ? "none" : held.map(inWords).join(", ")}`,
  );
}

function inWords({ network, interface: link }: Held): string {
  return `${network}:${link}`;
}

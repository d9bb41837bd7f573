import { asCniError, CniError, Code } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { Result } from "../../lib/cni/result.ts";
import { attach as attachToNetwork } from "../../lib/runtime/attach.ts";
import { withRollback } from "../../lib/runtime/chain.ts";
import { carried } from "../carried.ts";
import type { Container } from "../container/containers.ts";
import type { Held } from "../container/incarnation.schema.ts";
import { parseWantedNetwork } from "../hook/wanted-network.ts";
import { withWishes } from "../hook/wishes.ts";
import { findNetwork, type Places, runtimeFor } from "../runtime.ts";
import { freeInterface } from "./free-interface.ts";
import { currentRun, type Run, recordHeld, requireFirstProcess } from "./run.ts";

/** What attaching a container came to. */
export interface Attached extends Held {
  readonly result: Result;
  /** The version of the network's configuration. */
  readonly version: string;
  /** Why no hook will detach it when the container stops, behind its name in a sentence; undefined where one will. */
  readonly whyNotHooked: string | undefined;
}

/**
 * Attaches a container that runs to one more network.
 *
 * It is recorded with what the container was attached to when it started, so our hook detaches it when the container
 * stops or reboots. It does not come back after that.
 *
 * @param word A network as a hook line has it; where no interface is named, the next one of eth0, eth1, ... that is free.
 * @throws CniError 3 where the container does not run, 102 where it has the interface, or what the plugins answered.
 */
export function attach(container: Container, word: string, places: Places): Attached {
  const found = requireFirstProcess(container);
  return withLock("container", container.id, () => {
    const run = currentRun(container, found, places);
    const wanted = parseWantedNetwork(word, freeInterface(run));
    const configured = findNetwork(wanted.network, places);
    const asked = { network: configured.name, interface: wanted.interface };
    requireFree(container, run, asked);
    const attachment = { ...asked, container: container.id };
    const { network, given } = withWishes(configured, attachment, wanted);
    recordHeld(container, run, [...run.held, asked]);
    try {
      const result = attachToNetwork(runtimeFor(attachment, run.netnsPath, places, given), network, carried);
      return {
        ...asked,
        result,
        version: network.version,
        whyNotHooked: run.whyNotHooked,
      };
    } catch (error) {
      throw withRollback(asCniError(error), () => recordHeld(container, run, run.held));
    }
  });
}

function requireFree({ name }: Container, { held }: Run, asked: Held): void {
  const other = held.find((each) => each.interface === asked.interface);
  if (other === undefined) return;
  throw new CniError(
    Code.alreadyAttached,
    `container ${name} has ${other.interface}, on ${other.network}, already`,
    "name another interface, or none to have a free one chosen",
  );
}

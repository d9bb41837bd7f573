import { withLock } from "../../lib/cni/lock.ts";
import { requireFirstProcess } from "../attach/run.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { describeRun, requireCriu } from "../checkpoint/checkpoint.ts";
import { requireNone } from "../checkpoint/fix.ts";
import { obstaclesIn, obstaclesRunning } from "../checkpoint/requirements.ts";
import { readConfiguration } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import type { Places } from "../runtime.ts";
import { needsOf, requireOwnRoot } from "./needs.ts";
import type { Needs } from "./steps.schema.ts";

/** A container that can be moved, as another host has to know it. */
export interface Movable {
  readonly needs: Needs;
  /** What it would be saved with now. */
  readonly checkpoint: Checkpoint;
}

/**
 * What another host has to know of a container that runs, and can be moved.
 *
 * @throws CniError 3 where it does not run, 105 where CRIU cannot save it, 106 where its root is not in its directory
 */
export function requireMovable(container: Container, places: Places): Movable {
  const configuration = readConfiguration(container.configFile);
  requireOwnRoot(container, configuration);
  const first = requireFirstProcess(container);
  requireNone(container.name, "moved", [...obstaclesIn(configuration), ...obstaclesRunning(first.pid)]);
  requireCriu(true);
  const describeNow = () => describeRun(container, first, places);
  return {
    needs: needsOf(container, configuration),
    checkpoint: withLock("container", container.id, describeNow),
  };
}

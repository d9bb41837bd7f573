import type { Container } from "../container/containers.ts";
import type { Places } from "../runtime.ts";
import type { StepRequest } from "./steps.schema.ts";
import type { RemoteHost } from "./target.ts";
import type { Timeline } from "./timeline.ts";

/** A container on its way to another host. */
export interface Journey {
  readonly container: Container;
  readonly remote: RemoteHost;
  readonly places: Places;
  readonly timeline: Timeline;
  /** Go on holding its addresses here. */
  readonly hold: boolean;
  /** Destroy it here when it goes on there. */
  readonly destroy: boolean;
}

/** What a step is told of a container. @param time Of its checkpoint; undefined before there is one */
export function whichOf({ name, lxcPath }: Container, time?: string): Omit<StepRequest, "format"> {
  return { name, lxcPath, ...(time === undefined ? {} : { time }) };
}

import { keyOnNetwork } from "../../lib/cni/attachment-key.ts";
import { describe } from "../../lib/cni/error.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { checkpointDirectory } from "../checkpoint/checkpointed.ts";
import { type Configuration, readConfiguration } from "../container/configuration.ts";
import { type Container, listContainers } from "../container/containers.ts";
import { attachmentOf } from "../container/incarnation.ts";
import { recordedContainers } from "../container/recorded-containers.ts";
import { isContainerRunning, readAbstractSockets } from "../container/running.ts";
import { networksAtStart } from "../hook/lines.ts";
import type { SurveyedAttachment } from "./survey.ts";

/** An attachment that a container is to have from its next start on. */
export interface WaitingAttachment extends Omit<SurveyedAttachment, "state" | "checkpoint"> {
  readonly state: "waiting";
  /** The directory that LXC has the container in. */
  readonly lxcPath: string;
}

/**
 * What containers of LXC are to be attached to when they start next, by the hook lines of their configurations, and are not
 * attached to now. Those that are checkpointed, here or on the way to another host, go on and do not start.
 *
 * @param lxcPath The directory that LXC has its containers in.
 * @param present The attachments that there are.
 * @param warn Is told of configurations that cannot be read.
 */
export function waitingAttachments(
  lxcPath: string,
  present: readonly SurveyedAttachment[],
  warn: (text: string) => void,
): WaitingAttachment[] {
  // A configuration may name a network by its path, so it is the interface that counts.
  const taken = new Set(present.map(({ attachment }) => keyOnNetwork(attachment)));
  const checkpointed = new Set(recordedContainers(checkpointDirectory));
  const containers = listContainers(lxcPath).filter(({ id }) => !checkpointed.has(id));
  const sockets = readAbstractSockets();
  return containers.flatMap((container) => {
    const notes = isContainerRunning(container, sockets) ? ["the container runs, and began without it"] : [];
    const wanted = networksAtStart(configurationOf(container, warn));
    return wanted
      .map(({ network, interface: name }) => attachmentOf(container.id, { network, interface: name }))
      .filter((attachment) => !taken.has(keyOnNetwork(attachment)))
      .map((attachment) => ({ ...nothing, attachment, container: container.name, lxcPath, notes }));
  });
}

/** What there is of an attachment before its container starts. */
const nothing = {
  ...{ run: undefined, kept: undefined, result: undefined, bridge: undefined, port: undefined },
  state: "waiting",
} as const;

function configurationOf(
  { configFile }: Container,
  warn: (text: string) => void,
): Pick<Configuration, "items" | "problems"> {
  try {
    return readConfiguration(configFile);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    warn(describe(error));
    return { items: [], problems: [] };
  }
}

import { system } from "#system";
import { asCniError, describe } from "../../lib/cni/error.ts";
import { stringifyCompact } from "../../lib/cni/json.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { limitTime } from "../../lib/cni/time-limit.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { PassedNetns, Peer, UnixConnection } from "../../lib/system/system.ts";
import { containerIdOfUser, lockOfUser } from "../container/id.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { destroy } from "../hook/destroy.ts";
import { start } from "../hook/start.ts";
import { stop } from "../hook/stop.ts";
import { printable } from "../output/printable.ts";
import type { ServiceAnswer } from "./answer.schema.ts";
import { requireOwnNamespace, requireProcessIn } from "./ownership.ts";
import { requireQuota } from "./quota.ts";
import { type Received, receiveRequest } from "./receive.ts";

/**
 * Serves one connection: one request and its answer.
 *
 * What failed is told to the user by code and message, and to root's log with its details, which may have been read from
 * files that are not the user's.
 */
export function serveConnection(connection: UnixConnection): void {
  const peer = connection.peer();
  let answer: ServiceAnswer = { version: 1 };
  try {
    serveRequest(peer, receiveRequest(connection));
  } catch (error) {
    const { code, message } = asCniError(error);
    answer = { version: 1, code, msg: message };
    log(peer, `not done: ${describe(error)}`);
  }
  try {
    connection.send(stringifyCompact(answer));
  } catch (error) {
    // Whoever asked has gone. A stop will come, or the next start finds what it was given.
    if (!isSystemError(error)) throw error;
  }
  connection.close();
}

/** How long a request may take, in milliseconds, as a hook of root: LXC waits for both. */
const timeLimit = 10_000;

/** How much of that is kept for undoing a start that failed. */
const reserve = 3_000;

/** Does what is asked for, for one request of a user at a time: so the user's attachments can be counted. */
function serveRequest(peer: Peer, received: Received): void {
  const { event, name, lxcPath } = received.request;
  const container = containerIdOfUser(peer.userId, name, lxcPath);
  if (received.netns !== undefined) requireOwnNamespace(peer, received.netns);
  limitTime(
    timeLimit,
    received.netns === undefined ? 0 : reserve,
    `the service may take ${timeLimit / 1000} s`,
  );
  withLock("user", lockOfUser(peer.userId), () => {
    if (received.netns !== undefined) startContainer(peer, container, received, received.netns);
    else stopContainer(container, received);
  });
  log(peer, `${event} of ${container}`);
}

type Container = ReturnType<typeof containerIdOfUser>;

function startContainer(
  peer: Peer,
  container: Container,
  { request: { name, lxcPath, pid }, wanted }: Received,
  netns: PassedNetns,
): void {
  const process = requireProcessIn(netns, pid ?? 0);
  requireQuota(peer, container, wanted);
  withLock("container", container, () =>
    start(container, { type: "start-host", name, lxcPath, pid }, wanted, { process, netnsPath: netns.path }),
  );
}

/** A user who has lost the right to a network may still give back what is attached to it. */
function stopContainer(container: Container, { request: { event }, wanted }: Received): void {
  withLock("container", container, () => {
    if (event === "destroy") destroy(container, wanted);
    else if (readIncarnation(container) !== undefined) stop(container, wanted);
  });
}

function log({ userId }: Peer, text: string): void {
  system.writeStandardError(`lxc-cni: user ${userId}: ${printable(text)}\n`);
}

import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import { parseJson, stringifyCompact } from "../../lib/cni/json.ts";
import { inReserve, timeLeft } from "../../lib/cni/time-limit.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Netns, UnixConnection, UnixSockets } from "../../lib/system/system.ts";
import type { HookEvent } from "../hook/event.ts";
import type { HookWords } from "../hook/words.ts";
import { ServiceAnswer } from "./answer.schema.ts";
import { grantsFile, requireUnixSockets, usualSocket } from "./meeting-place.ts";
import type { ServiceRequest } from "./request.schema.ts";

/** How long to wait for the service, in milliseconds, where the hook's time has no limit. */
const longestPatience = 30_000;

/** The service undoes by itself what it fails in, so that there is nothing to keep time for. */
const patience = () => inReserve(() => timeLeft(longestPatience));

/**
 * Has the service of root do what a hook of an ordinary user cannot.
 *
 * @throws CniError what it answered; 132 where there is none.
 */
export function askService(event: HookEvent, wanted: HookWords): void {
  const sockets = requireUnixSockets();
  requireUsualPlaces(wanted);
  const netns = event.type === "start-host" ? openNetnsOf(event) : undefined;
  const { socket = usualSocket } = wanted;
  const connection = connectTo(sockets, socket);
  try {
    connection.send(stringifyCompact(requestFor(event, wanted)), netns);
    requireDone(receiveAnswer(connection, socket));
  } finally {
    connection.close();
    netns?.close();
  }
}

/** The service looks where root has it look, and nowhere else: so the line would not do what it says. */
function requireUsualPlaces({ networkDirectories, cniPath }: HookWords): void {
  if (networkDirectories.length === 0 && cniPath === "") return;
  throw new CniError(
    Code.notAllowed,
    "an ordinary user's networks and plugins are those of root",
    "leave --net-dir and --cni-path out of the hook line",
  );
}

function openNetnsOf({ name, pid }: HookEvent): Netns {
  try {
    return system.openNetns(`/proc/${pid ?? 0}/ns/net`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(
      Code.unknownContainer,
      `container ${name} has no process to attach`,
      `LXC_PID is ${pid ?? "not set"}: ${error.message}`,
    );
  }
}

function connectTo(sockets: UnixSockets, socket: string): UnixConnection {
  try {
    return sockets.connect(socket, patience());
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const what = `user ${system.userId} cannot change networks, and`;
    if (error.code === "EACCES") {
      // Whoever of root's first made a file there had a umask such as 077.
      throw new CniError(
        Code.noService,
        `${what} may not go to ${socket}: ${error.message}`,
        `root opens the way by "chmod 755 ${socket.slice(0, socket.lastIndexOf("/"))}"`,
      );
    }
    throw new CniError(
      Code.noService,
      `${what} nobody serves ${socket}: ${error.message}`,
      `root enables that by "systemctl enable --now lxc-cni.socket", and allows it in ${grantsFile}`,
    );
  }
}

function requestFor({ type, name, lxcPath, pid }: HookEvent, { words }: HookWords): ServiceRequest {
  const networks = [...words];
  return type === "start-host" && pid !== undefined
    ? { version: 1, event: type, name, lxcPath, pid, networks }
    : { version: 1, event: type, name, lxcPath, networks };
}

function receiveAnswer(connection: UnixConnection, socket: string): ServiceAnswer {
  const message = connection.receive(64 * 1024, patience());
  if (message === undefined || message.text === "") {
    throw new CniError(
      Code.noService,
      `the service at ${socket} did not answer`,
      "it has 16 requests of this user in work, or says why in its journal: journalctl -t lxc-cni",
    );
  }
  const answer = parseJson(message.text, "answer");
  return decode<ServiceAnswer>(ServiceAnswer, answer, { lenient: false, warn: () => {} });
}

function requireDone({ code, msg = "" }: ServiceAnswer): void {
  if (code === undefined) return;
  throw new CniError(code, msg, remedyFor(code));
}

/** What a user can do, of whom root's files are none of the business. */
function remedyFor(code: Code): string {
  if (code === Code.notAllowed || code === Code.quotaExceeded) return `root allows more in ${grantsFile}`;
  return "root finds more in the journal: journalctl -t lxc-cni";
}

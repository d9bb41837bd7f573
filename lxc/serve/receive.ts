import { decode } from "../../lib/cni/decode.ts";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import { parseJson } from "../../lib/cni/json.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { PassedDescriptor, PassedNetns, UnixConnection, UnixMessage } from "../../lib/system/system.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { type HookWords, parseHookWords } from "../hook/words.ts";
import { ServiceRequest } from "./request.schema.ts";

/** A request that was understood. Nothing in it was compared with who sent it. */
export interface Received {
  readonly request: ServiceRequest;
  /** What it asks for: networks by their names, found where root keeps them. */
  readonly wanted: HookWords;
  /** The namespace that came with it: always for start-host, and never otherwise. */
  readonly netns: PassedNetns | undefined;
}

/** The longest request, in bytes. */
const longest = 16 * 1024;

/** The most networks in one. */
const mostNetworks = 16;

/** How long a request may take to come, in milliseconds. */
const patience = 5_000;

/**
 * Receives a request.
 *
 * @throws CniError 6 where it cannot be understood, 8 for a descriptor that is no network namespace, 11 where none came,
 *   130 where it asks for a MAC, or for a network by its path.
 */
export function receiveRequest(connection: UnixConnection): Received {
  const { text, descriptors } = receiveMessage(connection);
  const request = parseRequest(text);
  const wanted = wantedBy(request);
  const expected = request.event === "start-host" ? 1 : 0;
  if (descriptors.length !== expected) {
    throw misunderstood(`${request.event} comes with ${expected} descriptors, not ${descriptors.length}`);
  }
  return { request, wanted, netns: descriptors[0] && asNetns(descriptors[0]) };
}

function receiveMessage(connection: UnixConnection): UnixMessage {
  let message: UnixMessage | undefined;
  try {
    message = connection.receive(longest, patience);
  } catch (error) {
    if (!isSystemError(error, "EMSGSIZE")) throw error;
    throw misunderstood(`it is longer than ${longest} bytes, or has more than eight descriptors`);
  }
  if (message === undefined) {
    throw new CniError(Code.tryAgainLater, `no request came within ${patience / 1000} s`);
  }
  return message;
}

function parseRequest(text: string): ServiceRequest {
  try {
    return decode<ServiceRequest>(ServiceRequest, parseJson(text, "request"), {
      lenient: false,
      warn: () => {},
    });
  } catch (error) {
    if (error instanceof CniError) throw misunderstood(describe(error));
    throw error;
  }
}

function wantedBy({ event, networks }: ServiceRequest): HookWords {
  if (networks.length > mostNetworks) throw misunderstood(`it has more than ${mostNetworks} networks`);
  // Nothing is written into the files of a container whose owner can put anything in their place.
  const places = { networkDirectories: [], cniPath: "", dns: false, timeout: 0, words: [] };
  // What a container has to give back is on record here.
  if (event === "stop" || event === "post-stop") return { ...places, networks: [] };
  const wanted = wantedByWords(networks);
  if (wanted.some(({ network }) => network.includes("/"))) {
    throw new CniError(Code.notAllowed, "an ordinary user's networks are known by their names alone");
  }
  if (wanted.some(({ mac }) => mac !== undefined)) {
    throw new CniError(
      Code.notAllowed,
      "an ordinary user may not choose a MAC, which could be another container's",
    );
  }
  return { ...places, networks: wanted };
}

function wantedByWords(words: readonly string[]): HookWords["networks"] {
  try {
    return parseHookWords(words).networks;
  } catch (error) {
    if (error instanceof UsageError) throw misunderstood(error.message);
    throw error;
  }
}

function asNetns(descriptor: PassedDescriptor): PassedNetns {
  try {
    return descriptor.asNetns();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.invalidNamespace, `the descriptor is of no network namespace: ${error.message}`);
  }
}

function misunderstood(reason: string): CniError {
  return new CniError(Code.undecodable, `the request cannot be understood: ${reason}`);
}

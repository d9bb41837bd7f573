import type { NetlinkSocket } from "../../system/system.ts";
import { parseAttributes, textOf, uint32At } from "./attributes.ts";
import { dumpInterrupted, Nlmsg } from "./constants.ts";
import { headerLength } from "./message.ts";
import { messagesWith } from "./messages-with.ts";
import type { Message } from "./parse.ts";
import { parseMessages } from "./parse-messages.ts";

/** How long to wait for an answer of the kernel, in milliseconds. It answers while the request is being sent. */
const patience = 10_000;

/** NLM_F_ACK_TLVS (linux/netlink.h): attributes follow the error. */
const errorAttributes = 0x200;

/** NLMSGERR_ATTR_MSG (linux/netlink.h): why, in words. */
const errorText = 1;

/** How often to ask again for a dump that was changed while it was made. */
const dumpTries = 10;

/** A request that the kernel refused, or did not answer. */
export class NetlinkError extends Error {
  /** errno(3); 0 where there was no answer. */
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.name = "NetlinkError";
    this.errno = errno;
  }

  /** Whether the request may have been carried out all the same. */
  get isUnknown(): boolean {
    return this.errno === 0;
  }
}

/** ENOENT and ENODEV, errno(3) */
export const noSuchThing = 2;
export const noSuchDevice = 19;

/** Makes a message, given its number. */
export type Compose = (sequence: number) => Uint8Array;

/** Questions to the kernel, and its answers, one at a time. */
export interface Connection {
  /**
   * Sends a request and waits for its acknowledgement, or for the end of a dump. A dump that was changed while it was made
   * is asked for again, ten times at most; then it counts as it is.
   *
   * @returns the messages that came before that.
   * @throws NetlinkError where the kernel refuses it.
   */
  request(compose: Compose): Message[];

  /**
   * Does the same for a dump of which only those messages matter that have certain bytes in them.
   *
   * @returns these.
   * @throws NetlinkError where the kernel refuses it, or what is asked for changes all the time.
   */
  search(compose: Compose, wanted: Uint8Array): Message[];

  /**
   * Sends a question that has one answer, and is not to be acknowledged.
   *
   * @throws NetlinkError where the kernel refuses it.
   */
  ask(compose: Compose): Message;

  close(): void;
}

/** A connection over a socket. */
export function connect(socket: NetlinkSocket): Connection {
  let last = 0;
  const send = (compose: Compose): number => {
    last += 1;
    // Composing may ask a question of its own, under a number of its own.
    const sequence = last;
    socket.send(compose(sequence));
    return sequence;
  };
  const dump = (compose: Compose, next: typeof receive): Told => {
    for (let attempt = 1; ; attempt++) {
      const sequence = send(compose);
      const told = collect(() => next(socket, sequence));
      if (!told.interrupted || attempt === dumpTries) return told;
    }
  };
  return {
    request: (compose) => dump(compose, receive).messages,
    search: (compose, wanted) => {
      const { messages, interrupted } = dump(compose, (...from) => receiveWith(wanted, ...from));
      if (interrupted) throw new NetlinkError(0, "it was changed all the time");
      return messages;
    },
    ask: (compose) => {
      const sequence = send(compose);
      for (;;) {
        const [answer] = receive(socket, sequence);
        if (answer === undefined) continue;
        if (isLast(answer)) throwIfRefused(answer);
        return answer;
      }
    },
    close: () => socket.close(),
  };
}

/** What the kernel told, and whether what it told of was changed meanwhile. */
interface Told {
  readonly messages: Message[];
  readonly interrupted: boolean;
}

function collect(next: () => Message[]): Told {
  const messages: Message[] = [];
  let interrupted = false;
  for (;;) {
    for (const message of next()) {
      interrupted ||= (message.flags & dumpInterrupted) !== 0;
      if (isLast(message)) {
        throwIfRefused(message);
        return { messages, interrupted };
      }
      messages.push(message);
    }
  }
}

/** The messages of the next datagram, without what is left of an earlier request that failed half-way. */
function receive(socket: NetlinkSocket, sequence: number): Message[] {
  return parseMessages(nextDatagram(socket)).filter((message) => message.sequence === sequence);
}

/** Does the same, and leaves out those without the wanted bytes. */
function receiveWith(wanted: Uint8Array, socket: NetlinkSocket, sequence: number): Message[] {
  const messages = messagesWith(wanted, nextDatagram(socket)).flatMap(parseMessages);
  return messages.filter((message) => message.sequence === sequence);
}

function nextDatagram(socket: NetlinkSocket): Uint8Array {
  const datagram = socket.receive(patience);
  if (datagram === undefined) throw new NetlinkError(0, "the kernel did not answer");
  return datagram;
}

function isLast({ type }: Message): boolean {
  return type === Nlmsg.done || type === Nlmsg.error;
}

/**
 * NLMSG_ERROR and NLMSG_DONE start with a negative errno, or with 0 when all is well.
 *
 * @throws NetlinkError for any other than 0.
 */
export function throwIfRefused({ type, flags, body }: Message): void {
  if (body.length < 4) return;
  const errno = -(uint32At(body, 0) | 0);
  if (errno === 0) return;
  const text =
    (flags & errorAttributes) === 0
      ? undefined
      : textOf(parseAttributes(body, type === Nlmsg.error ? 4 + headerLength : 4), errorText);
  const reason = reasons[errno] ?? `error ${errno}`;
  throw new NetlinkError(errno, text === undefined ? reason : `${reason} (${text})`);
}

/** What the errors that rtnetlink gives are called (strerror(3)). */
const reasons: Readonly<Record<number, string>> = {
  1: "Operation not permitted",
  2: "No such file or directory",
  3: "No such process",
  12: "Out of memory",
  13: "Permission denied",
  16: "Device or resource busy",
  17: "File exists",
  19: "No such device",
  22: "Invalid argument",
  24: "Too many open files",
  28: "No space left on device",
  34: "Numerical result out of range",
  95: "Operation not supported",
  97: "Address family not supported by protocol",
  98: "Address already in use",
  99: "Cannot assign requested address",
  100: "Network is down",
  101: "Network is unreachable",
  105: "No buffer space available",
  107: "Transport endpoint is not connected",
  113: "No route to host",
};

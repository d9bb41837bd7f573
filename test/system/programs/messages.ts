import { encodeHex } from "../../../lib/encoding/hex.ts";
import { messagesWith } from "../../../lib/net/netlink/messages-with.ts";
import { observe } from "./observations.ts";

/** Messages of a datagram: type, flags, and what is in them. */
const messages: readonly (readonly [number, number, readonly number[]])[] = [
  [0xa06, 2, [7, 8, 9]],
  [0xa06, 2, [7, 7, 8, 9, 9]],
  // What is looked for lies across this one and the next.
  [0xa06, 2, [1, 2, 7]],
  [0xa06, 2, [8, 9, 1, 2]],
  [0xa06, 2, []],
  // The dump was changed.
  [0xa06, 0x12, [1]],
  [2, 0, [1, 2, 3, 4]],
  [3, 2, [0, 0, 0, 0]],
];

/** What the search through netlink messages finds. */
export function observeMessages(): void {
  const datagram = joined();
  const find = (wanted: readonly number[], bytes: Uint8Array) =>
    messagesWith(Uint8Array.from(wanted), bytes).map((message) => encodeHex(message));
  observe("messages, with certain bytes", () => find([7, 8, 9], datagram));
  observe("messages, with a byte", () => find([9], datagram));
  observe("messages, with what none has", () => find([9, 8, 7], datagram));
  observe("messages, with more than there is", () => find(Array(1000).fill(0), datagram));
  observe("messages, of nothing", () => find([1], new Uint8Array()));
  observe("messages, of a datagram that is cut", () => find([9], datagram.subarray(0, 45)));
  const broken = (length: number) => {
    const bytes = datagram.slice();
    new DataView(bytes.buffer).setUint32(20, length, true);
    return bytes;
  };
  for (const length of [0, 15, 16, 24, 0x7fffffff, 0xffffffff]) {
    observe(`messages, the second of which says that it has ${length} bytes`, () =>
      find([9], broken(length)),
    );
  }
}

function joined(): Uint8Array {
  const bytes = messages.flatMap(([type, flags, body]) => {
    const message = new Uint8Array((16 + body.length + 3) & ~3);
    const view = new DataView(message.buffer);
    view.setUint32(0, 16 + body.length, true);
    view.setUint16(4, type, true);
    view.setUint16(6, flags, true);
    message.set(body, 16);
    return [...message];
  });
  return Uint8Array.from(bytes);
}

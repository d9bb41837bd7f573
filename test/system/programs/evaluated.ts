/** Has work done while its modules are evaluated, and looks at it afterwards, under all that may disturb it. */

import { system } from "#system";
import { encodeHex } from "../../../lib/encoding/hex.ts";
import { sha512 } from "../../../lib/encoding/sha512.ts";
import { observe } from "./observations.ts";

class Counter {
  #count = 0;

  next(): number {
    this.#count += 1;
    return this.#count;
  }
}

interface Ring {
  readonly number: number;
  next: Ring | undefined;
}

const counter = new Counter();
counter.next();
const table = new Map([1, 2, 3].map((number) => [`key ${number}`, { number, counter }]));
const hashed = encodeHex(sha512(new Uint8Array(1000)).subarray(0, 8));
const large = "x".repeat(100_000);

/** Garbage that only a search finds, much more than is searched for at once. */
function makeGarbage(): number {
  let sum = 0;
  for (let number = 0; number < 300_000; number++) {
    const ring: Ring = { number, next: undefined };
    ring.next = { number: 1, next: ring };
    sum += ring.next.number;
  }
  return sum;
}

/** A hash of hashes, of every length around the borders of blocks. */
function hashEveryLength(): string {
  let digest = new Uint8Array(64);
  for (let length = 0; length <= 400; length++) {
    const last = digest;
    digest = new Uint8Array(
      sha512(Uint8Array.from({ length }, (_, index) => index ^ (last[index & 63] ?? 0))),
    );
  }
  return encodeHex(digest);
}

system.run(() => {
  observe("garbage", makeGarbage);
  observe("counter", () => [...table.values()].map(({ number, counter }) => number * counter.next()));
  observe("table", () => {
    table.delete("key 1");
    table.set("another", { number: 4, counter });
    return [...table.keys()];
  });
  observe("hash at load", () => hashed);
  observe("hashes", hashEveryLength);
  observe("text", () => large.length + `${large}y`.lastIndexOf("xy"));
  observe("expression", () => /(?<word>k\w+)/u.exec("a key")?.groups?.word);
  observe("the time is now", () => Math.abs(Date.now() - Number(system.arguments()[0])) < 60_000);
  return 0;
});

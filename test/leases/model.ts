import { isIP } from "node:net";
import { Code } from "../../lib/cni/error.ts";
import type { Manners } from "./manners.ts";

/** What a lease directory holds: the content of each file. */
export type Directory = ReadonlyMap<string, string>;

/** A range as a list: nothing here can count. */
export interface ListedRange {
  /** In the order in which they are given. */
  readonly addresses: readonly string[];
  readonly gateway: string;
  /** The length of the subnet's prefix. */
  readonly length: number;
}

export type ListedSet = readonly ListedRange[];

/** Who holds leases. */
export interface Holder {
  readonly container: string;
  readonly interface: string;
}

/** What is asked of host-local. */
export type Question =
  | {
      readonly verb: "ADD";
      readonly holder: Holder;
      readonly sets: readonly ListedSet[];
      readonly requested: readonly string[];
    }
  | { readonly verb: "DEL"; readonly holder: Holder; readonly sets: readonly ListedSet[] }
  | {
      readonly verb: "CHECK";
      readonly holder: Holder;
      readonly sets: readonly ListedSet[];
      /** The addresses of the previous result. */
      readonly previous: readonly string[];
    }
  | { readonly verb: "GC"; readonly valid: readonly Holder[] };

/** How host-local answers: with addresses (none but for ADD), or with the code of an error. */
export type Reply =
  | { readonly ips: readonly { readonly address: string; readonly gateway: string }[] }
  | { readonly code: number };

/** An answer, and what the directory holds then; undefined where there is none. */
export interface Outcome {
  readonly reply: Reply;
  readonly after: Directory | undefined;
}

/**
 * What host-local has to do: its specification, for calls one after the other on files that can be read. Pure.
 *
 * @param before What the directory holds; undefined where there is none.
 */
export function respond(before: Directory | undefined, question: Question, manners: Manners): Outcome {
  switch (question.verb) {
    case "ADD":
      return add(opened(before, manners), question, manners);
    case "DEL":
      if (before === undefined && manners.leavesNoTrace) return { reply: done, after: undefined };
      return del(opened(before, manners), question, manners);
    case "CHECK":
      return {
        reply: isChecked(before ?? new Map(), question, manners) ? done : { code: Code.leaseLost },
        after: manners.leavesNoTrace ? before : opened(before, manners),
      };
    case "GC":
      if (before === undefined) return { reply: done, after: undefined };
      return gc(opened(before, manners), question);
  }
}

type Files = Map<string, string>;
type Add = Extract<Question, { verb: "ADD" }>;
type Del = Extract<Question, { verb: "DEL" }>;
type Check = Extract<Question, { verb: "CHECK" }>;
type Gc = Extract<Question, { verb: "GC" }>;

const done: Reply = { ips: [] };

/** The directory once its lock is held. */
function opened(before: Directory | undefined, { sweeps }: Manners): Files {
  const files = new Map(before);
  files.set("lock", files.get("lock") ?? "");
  for (const name of files.keys()) if (sweeps && name.startsWith(temporary)) files.delete(name);
  return files;
}

function add(files: Files, question: Add, manners: Manners): Outcome {
  const { sets, requested, holder } = question;
  // Each set takes the first request that is of it.
  const requests = sets.map((set) => requested.find((address) => rangeOf(set, address) !== undefined));
  const isLeftOver = requested.some((address) => !requests.includes(address));
  const refuse = (code: number) => ({ reply: { code }, after: files });

  if (manners.looksAhead) {
    if (sets.some((set) => holdsAnyOf(set, files, holder, manners))) return refuse(Code.duplicateAllocation);
    if (isLeftOver) return refuse(Code.addressOutside);
  }
  const given: string[] = [];
  const giveBack = () => {
    if (manners.givesBackItsOwn) for (const address of given) files.delete(address);
    else for (const _ of given) release(files, holder, manners);
  };
  for (const [number, set] of sets.entries()) {
    const found = choose(files, number, set, requests[number], question, manners);
    if (typeof found === "number") {
      giveBack();
      return refuse(found);
    }
    files.set(found, leaseOf(holder));
    files.set(`${lastReserved}${number}`, found);
    given.push(found);
  }
  if (isLeftOver) {
    giveBack();
    return refuse(Code.addressOutside);
  }
  return { reply: { ips: sets.map((set, number) => entryOf(set, given[number] ?? "")) }, after: files };
}

/** The address that a set gives, or the code of the reason why it gives none. */
function choose(
  files: Directory,
  number: number,
  set: ListedSet,
  requested: string | undefined,
  { holder }: Add,
  manners: Manners,
): string | number {
  const isFree = (address: string) =>
    !files.has(address) || (manners.emptyIsFree && contentOf(files, address) === "");
  if (requested !== undefined) {
    if (rangeOf(set, requested)?.gateway === requested) return Code.addressOutside;
    return isFree(requested) ? requested : Code.addressTaken;
  }
  if (!manners.looksAhead && holdsAnyOf(set, files, holder, manners)) return Code.duplicateAllocation;
  const text = files.get(`${lastReserved}${number}`) ?? "";
  const last = manners.trimsLastReserved ? text.trim() : text;
  return inTurn(set, last).find(isFree) ?? Code.exhausted;
}

/** The addresses of a set in a circle, beginning behind the last one that was given. Gateways are never given. */
function inTurn(set: ListedSet, last: string): string[] {
  const all = set.flatMap(({ addresses }) => addresses);
  const start = all.indexOf(last) + 1;
  return [...all.slice(start), ...all.slice(0, start)].filter(
    (address) => rangeOf(set, address)?.gateway !== address,
  );
}

function del(files: Files, { holder, sets }: Del, manners: Manners): Outcome {
  if (manners.releasesOnce) release(files, holder, manners);
  else for (const _ of sets) release(files, holder, manners);
  return { reply: done, after: files };
}

/** Ends the leases of the interface, or, where there are none, those that name the container alone. */
function release(files: Files, holder: Holder, manners: Manners): void {
  for (const name of namesHeldBy(files, holder, manners)) files.delete(name);
}

function isChecked(files: Directory, { holder, sets, previous }: Check, manners: Manners): boolean {
  const names = namesHeldBy(files, holder, manners);
  if (!manners.checksAddresses) return names.length > 0;
  const held = names.filter(isAddress);
  const expected = previous.filter((address) => sets.some((set) => rangeOf(set, address) !== undefined));
  return held.length > 0 && expected.every((address) => held.includes(address));
}

/** Only what says that it is a lease of somebody, or says nothing at all, can be told to be out of use. */
function gc(files: Files, { valid }: Gc): Outcome {
  const inUse = valid.map(leaseOf);
  for (const name of [...files.keys()].filter(isAddress)) {
    const content = contentOf(files, name);
    const isLease = /^[\w.-]+\r\n\S+$/.test(content);
    if ((isLease || content === "") && !inUse.includes(content)) files.delete(name);
  }
  return { reply: done, after: files };
}

/** Whether a file named like an address of the set is a lease of the interface, or of the container alone. */
function holdsAnyOf(set: ListedSet, files: Directory, holder: Holder, manners: Manners): boolean {
  const names = [leaseOf(holder), holder.container].flatMap((content) =>
    namesHolding(files, content, manners),
  );
  return names.some((name) => rangeOf(set, name) !== undefined);
}

function namesHeldBy(files: Directory, holder: Holder, manners: Manners): string[] {
  const own = namesHolding(files, leaseOf(holder), manners);
  return own.length > 0 ? own : namesHolding(files, holder.container, manners);
}

function namesHolding(files: Directory, content: string, { knowsLeasesByName }: Manners): string[] {
  const isOther = (name: string) =>
    name === "lock" || name.startsWith(lastReserved) || name.startsWith(temporary);
  return [...files.keys()].filter(
    (name) => contentOf(files, name) === content && !(knowsLeasesByName && isOther(name)),
  );
}

const lastReserved = "last_reserved_ip.";
const temporary = ".lxc-cni-";

function leaseOf({ container, interface: name }: Holder): string {
  return `${container}\r\n${name}`;
}

function contentOf(files: Directory, name: string): string {
  return (files.get(name) ?? "").trim();
}

function isAddress(name: string): boolean {
  return isIP(name) !== 0;
}

function rangeOf(set: ListedSet, address: string): ListedRange | undefined {
  return set.find(({ addresses }) => addresses.includes(address));
}

function entryOf(set: ListedSet, address: string) {
  const range = rangeOf(set, address);
  return { address: `${address}/${range?.length}`, gateway: range?.gateway ?? "" };
}

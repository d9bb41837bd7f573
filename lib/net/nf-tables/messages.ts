import { message } from "../netlink/compose.ts";
import { type Attribute, bytes, Flag, joined, text } from "../netlink/message.ts";
import { encode64 } from "./big-endian.ts";
import { Batch, Nft, NftaChain, NftaRule, Protocol, subsystem } from "./constants.ts";
import type { KernelChain, KernelTable } from "./place.ts";

/** Something to delete, of one table. */
export type Deletion =
  | { readonly delete: "rule"; readonly chain: string; readonly handle: number }
  | { readonly delete: "all rules"; readonly chain: string }
  | { readonly delete: "chain"; readonly chain: string };

/** A question for a chain. */
export function chainQuestion({ family, table, chain }: KernelChain, sequence: number): Uint8Array {
  return about(family, Nft.getChain, Flag.request, sequence, [
    text(NftaChain.table, table),
    text(NftaChain.name, chain),
  ]);
}

/** A question for a rule. */
export function ruleQuestion(
  { family, ...chain }: KernelChain,
  handle: number,
  sequence: number,
): Uint8Array {
  return about(family, Nft.getRule, Flag.request, sequence, [...inChain(chain), handleOf(handle)]);
}

/** A question for all rules of a chain. */
export function rulesQuestion({ family, ...chain }: KernelChain, sequence: number): Uint8Array {
  return about(family, Nft.getRule, Flag.request | Flag.dump, sequence, inChain(chain));
}

/**
 * A change: all of the deletions are made, or none. What is to be acknowledged is the last one; before that, the kernel
 * tells of those that failed.
 */
export function batch(
  { family, table }: KernelTable,
  deletions: readonly Deletion[],
  sequence: number,
): Uint8Array {
  const last = deletions.length - 1;
  return joined([
    bracket(Batch.begin, sequence),
    ...deletions.map((deletion, index) => {
      const { type, attributes } = deletionOf(table, deletion);
      const flags = index === last ? Flag.request | Flag.ack : Flag.request;
      return about(family, type, flags, sequence, attributes);
    }),
    bracket(Batch.end, sequence),
  ]);
}

function deletionOf(table: string, deletion: Deletion): { type: number; attributes: Attribute[] } {
  const { chain } = deletion;
  switch (deletion.delete) {
    case "rule":
      return { type: Nft.deleteRule, attributes: [...inChain({ table, chain }), handleOf(deletion.handle)] };
    case "all rules":
      return { type: Nft.deleteRule, attributes: inChain({ table, chain }) };
    case "chain":
      return {
        type: Nft.deleteChain,
        attributes: [text(NftaChain.table, table), text(NftaChain.name, chain)],
      };
  }
}

function inChain({ table, chain }: Omit<KernelChain, "family">): Attribute[] {
  return [text(NftaRule.table, table), text(NftaRule.chain, chain)];
}

function handleOf(handle: number): Attribute {
  return bytes(NftaRule.handle, encode64(handle));
}

/** A message about something of a family (struct nfgenmsg: the family, version 0, no resource). */
function about(
  family: KernelTable["family"],
  type: number,
  flags: number,
  sequence: number,
  attributes: readonly Attribute[],
): Uint8Array {
  return message(type, flags, sequence, Uint8Array.of(Protocol[family], 0, 0, 0), attributes);
}

/** What stands before and behind the messages of a change, with the subsystem as the resource. */
function bracket(type: number, sequence: number): Uint8Array {
  return message(type, Flag.request, sequence, Uint8Array.of(0, 0, 0, subsystem), []);
}

import { decodeUtf8 } from "../../encoding/utf8.ts";
import { bytesOf, parseAttributes, textOf } from "../netlink/attributes.ts";
import type { Message } from "../netlink/parse.ts";
import { number32Of, number64Of } from "./big-endian.ts";
import { NftaChain, NftaRule, Userdata } from "./constants.ts";
import type { KernelChain } from "./place.ts";
import { parseStatement, type Statement } from "./statement.ts";

/** A rule as the kernel has it. It is read as far as somebody asks. */
export interface KernelRule {
  /** The number by which it is deleted; a later rule of the table has a higher one. */
  readonly handle: number;
  /** What nft noted as its comment. (iptables has its comments in what a rule says.) */
  readonly comment: string | undefined;
  /** What it says; undefined where that is more than can be understood here. */
  readonly statement: Statement | undefined;
}

/** The bytes of struct nfgenmsg. */
const headerLength = 4;

/**
 * The rule that an answer tells of; none where it is one of another chain, since old kernels tell of all rules, whatever
 * they are asked for.
 */
export function parseRule({ body }: Message, { table, chain }: KernelChain): KernelRule[] {
  const attributes = parseAttributes(body, headerLength);
  const handle = number64Of(attributes, NftaRule.handle);
  const isOfChain =
    textOf(attributes, NftaRule.table) === table && textOf(attributes, NftaRule.chain) === chain;
  if (!isOfChain || handle === undefined) return [];
  let statement: Statement | undefined;
  const read = (type: number) => bytesOf(attributes, type) ?? new Uint8Array();
  return [
    {
      handle,
      get comment() {
        return commentIn(read(NftaRule.userdata));
      },
      get statement() {
        statement ??= parseStatement(read(NftaRule.expressions));
        return statement;
      },
    },
  ];
}

/** How many rules a chain has and lead to it, both together, of the answer that tells of it. */
export function parseUses({ body }: Message): number | undefined {
  return number32Of(parseAttributes(body, headerLength), NftaChain.use);
}

/** The comment in what nft keeps with a rule: entries of a type, a length, and that many bytes. */
function commentIn(userdata: Uint8Array): string | undefined {
  for (let at = 0; at + 2 <= userdata.length; ) {
    const [type, length = 0] = userdata.subarray(at, at + 2);
    const end = at + 2 + length;
    // With a zero at its end.
    if (type === Userdata.comment && end <= userdata.length)
      return decodeUtf8(userdata.subarray(at + 2, end - 1));
    at = end;
  }
  return undefined;
}

import { decodeUtf8 } from "../../encoding/utf8.ts";
import { uint16At } from "../netlink/attributes.ts";
import { attributeTypeMask, attributeHeaderLength as headerLength } from "../netlink/constants.ts";
import { align } from "../netlink/message.ts";
import { listElement, NftaExpression } from "./constants.ts";

/** An expression of a rule. */
export interface Expression {
  readonly name: string;
  /** The attributes that say what it does; none when empty. */
  readonly data: Uint8Array;
}

/**
 * The expressions of a rule (NFTA_RULE_EXPRESSIONS): each is a name and, for most, what it does.
 *
 * @returns undefined where there is anything else in them.
 */
export function expressionsIn(bytes: Uint8Array): Expression[] | undefined {
  const expressions: Expression[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = endAt(bytes, at, listElement);
    const nameEnd = endAt(bytes, at + headerLength, NftaExpression.name);
    // A name has a zero at its end.
    if (end === undefined || nameEnd === undefined || bytes[nameEnd - 1] !== 0) return undefined;
    const dataAt = align(nameEnd);
    const dataEnd = dataAt === end ? dataAt : endAt(bytes, dataAt, NftaExpression.data);
    if (dataEnd === undefined || align(dataEnd) !== align(end)) return undefined;
    expressions.push({
      name: decodeUtf8(bytes, at + 2 * headerLength, nameEnd - 1),
      data: bytes.subarray(dataAt + headerLength, Math.max(dataEnd, dataAt + headerLength)),
    });
    at = align(end);
  }
  return expressions;
}

/** The value of an attribute that is the only one in `bytes`; undefined where there is another one, or more. */
export function onlyValueIn(bytes: Uint8Array | undefined, type: number): Uint8Array | undefined {
  const end = bytes === undefined ? undefined : endAt(bytes, 0, type);
  if (bytes === undefined || end === undefined || align(end) !== align(bytes.length)) return undefined;
  return bytes.subarray(headerLength, end);
}

/** Where the attribute that begins at a place ends; undefined where it is of another type, or does not fit. */
function endAt(bytes: Uint8Array, at: number, type: number): number | undefined {
  const length = uint16At(bytes, at);
  // The two highest bits say how it is encoded (netlink(7)).
  const found = uint16At(bytes, at + 2) & attributeTypeMask;
  return found === type && length >= headerLength && at + length <= bytes.length ? at + length : undefined;
}

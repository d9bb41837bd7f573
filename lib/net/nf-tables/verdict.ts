import { type Attributes, bytesOf, parseAttributes, textOf } from "../netlink/attributes.ts";
import { number32Of } from "./big-endian.ts";
import {
  NftaData,
  NftaExtension,
  NftaImmediate,
  NftaVerdict,
  VerdictCode,
  verdictRegister,
} from "./constants.ts";
import { onlyValueIn } from "./expressions.ts";
import { isZeroFrom } from "./zero-ended.ts";

/** What becomes of a packet; a chain that it goes on in, with or without coming back. */
export type Verdict =
  | "accept"
  | "drop"
  | "return"
  | "masquerade"
  | { readonly jump: string }
  | { readonly goto: string };

/** The verdict of the expression `immediate`; undefined where it is none, or an unknown one. */
export function verdictOfImmediate(data: Attributes): Verdict | undefined {
  if (number32Of(data, NftaImmediate.register) !== verdictRegister) return undefined;
  const value = onlyValueIn(bytesOf(data, NftaImmediate.data), NftaData.verdict);
  if (value === undefined) return undefined;
  const verdict = parseAttributes(value);
  const chain = textOf(verdict, NftaVerdict.chain);
  switch (number32Of(verdict, NftaVerdict.code)) {
    case VerdictCode.accept:
      return "accept";
    case VerdictCode.drop:
      return "drop";
    case VerdictCode.return:
      return "return";
    case VerdictCode.jump:
      return chain === undefined ? undefined : { jump: chain };
    case VerdictCode.goto:
      return chain === undefined ? undefined : { goto: chain };
    default:
      return undefined;
  }
}

/** The verdict of the expression `masq`; undefined where it wants anything more, such as certain ports. */
export function verdictOfMasq(data: Uint8Array): Verdict | undefined {
  return data.length === 0 ? "masquerade" : undefined;
}

/** What MASQUERADE takes begins so: with the number of ranges (struct nf_nat_ipv4_multi_range_compat), or with flags. */
const plainStart = { ipv4: 1, ipv6: 0 } as const;

/** How many bytes it takes for IPv4; for IPv6 they are more (struct nf_nat_range). */
const lengthForIpv4 = 24;

/** The verdict of a target of iptables; undefined where it is not MASQUERADE, or wants anything more: flags, ports. */
export function verdictOfTarget(data: Attributes): Verdict | undefined {
  if (textOf(data, NftaExtension.name) !== "MASQUERADE") return undefined;
  if (number32Of(data, NftaExtension.revision) !== 0) return undefined;
  const info = bytesOf(data, NftaExtension.info);
  if (info === undefined) return undefined;
  const start = info.length === lengthForIpv4 ? plainStart.ipv4 : plainStart.ipv6;
  return info[0] === start && isZeroFrom(info, 1) ? "masquerade" : undefined;
}

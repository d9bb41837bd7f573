import { type Address, parseAddress } from "../../lib/ip/address.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { type Mac, parseMac } from "../../lib/ip/mac.ts";
import { type Prefix, parsePrefix } from "../../lib/ip/prefix.ts";

/** Values of the types that only a parser makes, for tests that know their texts to be right. */
export const address = (text: string): Address => known(text, parseAddress(text));
export const prefix = (text: string): Prefix => known(text, parsePrefix(text));
export const mac = (text: string): Mac => known(text, parseMac(text));
export const link = (text: string): LinkName => text as LinkName;

function known<T>(text: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${text} cannot be parsed`);
  return value;
}

import { CniError, Code } from "../../lib/cni/error.ts";
import { type Address, equalAddress } from "../../lib/ip/address.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { parseRequestedAddress, requestedAddressAt } from "./fields.ts";

/**
 * The addresses that a call asks for, each once: those of CNI_ARGS, then of `args.cni.ips`, then of
 * `runtimeConfig.ips`. All of them count; none of these places hides another.
 *
 * @param args The pairs of CNI_ARGS.
 * @throws CniError 4 when `IP` in CNI_ARGS is no address, 7 when another one is none.
 */
export function requestedAddresses(config: HostLocalConfig, args: ReadonlyMap<string, string>): Address[] {
  const all = [
    ...addressOfArguments(args.get("IP")),
    ...addressesAt("/args/cni/ips", config.args?.cni?.ips),
    ...addressesAt("/runtimeConfig/ips", config.runtimeConfig?.ips),
  ];
  return all.filter((address, index) => all.findIndex((other) => equalAddress(address, other)) === index);
}

function addressOfArguments(text = ""): Address[] {
  if (text === "") return [];
  const address = parseRequestedAddress(text);
  if (address === undefined) throw invalidArgument("IP", text, `invalid IP address ${text}`);
  return [address];
}

function addressesAt(path: string, texts: readonly string[] = []): Address[] {
  return texts.map((text, index) => requestedAddressAt(`${path}/${index}`, text));
}

/**
 * Whether the call takes over what the attachment holds instead of failing as a duplicate: `ADOPT=1` in CNI_ARGS, or
 * `args.cni.adopt`. One of them is enough.
 *
 * Only a caller that knows that the attachment's last incarnation is gone may ask for it.
 *
 * @param args The pairs of CNI_ARGS.
 * @throws CniError 4 when the value is neither 1, true, 0 nor false.
 */
export function isAdopting(config: HostLocalConfig, args: ReadonlyMap<string, string>): boolean {
  return isAdoptingByArguments(args) || config.args?.cni?.adopt === true;
}

function isAdoptingByArguments(args: ReadonlyMap<string, string>): boolean {
  const text = args.get("ADOPT") ?? "0";
  if (/^(1|true)$/i.test(text)) return true;
  if (/^(0|false)$/i.test(text)) return false;
  throw invalidArgument("ADOPT", text, `boolean unmarshal error: invalid input ${text}`);
}

function invalidArgument(key: string, value: string, reason: string): CniError {
  return new CniError(
    Code.invalidEnvironment,
    `ARGS: error parsing value of pair "${key}=${value}": ${reason}`,
    `${key} in CNI_ARGS is ${JSON.stringify(value)}`,
  );
}

import { system } from "#system";
import type { Prefix } from "../../ip/prefix.ts";
import { isSystemError } from "../../system/error.ts";

/** The version of the Internet Protocol that a command works on. */
export type AddressFamily = 4 | 6;

/** One of the places where commands of the iptables family keep rules, named after the command that always means it. */
export type StoreName = "iptables-nft" | "iptables-legacy" | "ip6tables-nft" | "ip6tables-legacy";

/** A place where rules are kept, and the command that works on it. */
export interface Store {
  readonly name: StoreName;
  readonly family: AddressFamily;
  readonly variant: Variant;
  /** `iptables`, or where that works on the other store, `iptables-legacy`; `iptables-restore` is called likewise. */
  readonly command: string;
}

/** The kernel's two packet filters that iptables can work on. They know nothing of each other's rules. */
type Variant = "nft" | "legacy";

/** Both versions, the usual one first. */
export const families: readonly AddressFamily[] = [4, 6];

const commands = { 4: "iptables", 6: "ip6tables" } as const;

/** The families of addresses, each once. */
export function familiesOf(addresses: readonly Prefix[]): AddressFamily[] {
  return [...new Set(addresses.map(({ address }) => address.family))];
}

/** The addresses of one family. */
export function ofFamily(family: AddressFamily, addresses: readonly Prefix[]): Prefix[] {
  return addresses.filter(({ address }) => address.family === family);
}

/** The command of a family, which need not be installed. */
export function commandOf(family: AddressFamily): string {
  return commands[family];
}

/** The store that `iptables` or `ip6tables` works on; undefined where it is not installed. */
export function usualStore(family: AddressFamily): Store | undefined {
  const command = commands[family];
  const path = system.findProgram(command);
  if (path === undefined) return undefined;
  // Both are links to one program for all commands: xtables-nft-multi or xtables-legacy-multi, before 1.8
  // xtables-multi.
  const isLegacy = /legacy|\/xtables-multi$/.test(system.realPath(path));
  return storeOf(family, isLegacy ? "legacy" : "nft", command);
}

/** The family whose rules a store keeps. */
export function familyOf(name: StoreName): AddressFamily {
  return name.startsWith("ip6") ? 6 : 4;
}

/** The store of that name; undefined where no command for it is installed. */
export function storeNamed(name: StoreName): Store | undefined {
  const family = familyOf(name);
  const usual = usualStore(family);
  if (usual?.name === name) return usual;
  const variant = name.endsWith("legacy") ? "legacy" : "nft";
  return system.findProgram(name) === undefined ? undefined : storeOf(family, variant, name);
}

/** The stores of a family that may hold rules of a table and can be read. */
export function storesWithRules(family: AddressFamily, table: "nat" | "filter" = "nat"): Store[] {
  const usual = usualStore(family);
  const names = [`${commands[family]}-nft`, `${commands[family]}-legacy`] as const;
  const others = names.filter((name) => name !== usual?.name).map(storeNamed);
  const stores = [usual, ...others].filter((store) => store !== undefined);
  return stores.filter((store) => mayHoldRules(store, table));
}

/**
 * Whether a look at a table of a store may find something, and changes nothing: iptables-legacy loads a table that is
 * not there, only to find it empty. /proc/net/ip_tables_names has those that are there.
 */
export function mayHoldRules(
  { family, variant, command }: Omit<Store, "name">,
  table: "nat" | "filter" = "nat",
): boolean {
  if (variant === "nft") return true;
  const tables = family === 4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
  try {
    return system.readText(tables).split("\n").includes(table);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // In a user namespace the file is there, and nobody may read it: then the host's own choice counts.
    return error.code !== "ENOENT" && command === commands[family];
  }
}

function storeOf(family: AddressFamily, variant: Variant, command: string): Store {
  return { name: `${commands[family]}-${variant}`, family, variant, command };
}

import { excerpt } from "../../lib/cni/excerpt.ts";
import type { Dns } from "../../lib/cni/result.ts";
import { formatAddress, isLinkLocal, parseAddress } from "../../lib/ip/address.ts";
import { parseLinkName } from "../../lib/ip/link-name.ts";

/** A resolv.conf(5), and what results say that is not in it. */
export interface ResolvConf {
  /** Undefined where there is nothing to say. */
  readonly text: string | undefined;
  /** What was left out, each with the reason, in one line. */
  readonly leftOut: readonly string[];
}

/** How many servers a resolver asks (MAXNS of resolv.h). */
const mostNameservers = 3;

const heading = "# Written by lxc-cni when the container started, and again at every start.\n";

/**
 * What the resolver of a container is to be told, by the results of its networks together.
 *
 * The first network's say comes first. Results come from anybody's plugins, and DNS servers; so what is written is
 * what was understood, word by word. A resolver takes one of `domain` and `search` (the last), so a domain becomes part of
 * the search list where there is one, or where there are two domains.
 *
 * @param all The networks' in their order.
 */
export function resolvConfOf(all: readonly Dns[]): ResolvConf {
  const leftOut: string[] = [];
  const understood = (keyword: string, words: readonly string[], parse: Parse) =>
    words.flatMap((word) => {
      const parsed = parse(word);
      if (parsed === undefined) leftOut.push(`${keyword} ${excerpt(word)}, since it is none`);
      return parsed ?? [];
    });
  const servers = understood("nameserver", all.flatMap(nameserversOf), parseNameserver);
  const domains = distinct(understood("domain", all.flatMap(domainsOf), parseDomain));
  const options = distinct(understood("option", all.flatMap(optionsOf), parseOption), optionName);
  const [first, beyond] = splitAt(distinct(servers), mostNameservers);
  for (const each of beyond) {
    leftOut.push(`nameserver ${each}, since resolvers ask no more than ${mostNameservers}`);
  }
  const isSearch = domains.length > 1 || all.some(({ search = [] }) => search.length > 0);
  const lines = [
    ...first.map((each) => `nameserver ${each}\n`),
    ...(domains.length === 0 ? [] : [`${isSearch ? "search" : "domain"} ${domains.join(" ")}\n`]),
    ...(options.length === 0 ? [] : [`options ${options.join(" ")}\n`]),
  ];
  return { text: lines.length === 0 ? undefined : heading + lines.join(""), leftOut };
}

/** Understands a word. @returns how it is written; undefined for what is none */
type Parse = (text: string) => string | undefined;

const nameserversOf = ({ nameservers = [] }: Dns) => nameservers;
const optionsOf = ({ options = [] }: Dns) => options;

/** A network's search list, which resolvers prefer to its domain. */
function domainsOf({ domain = "", search = [] }: Dns): readonly string[] {
  return search.length > 0 || domain === "" ? search : [domain];
}

/** The words of which none before is the same; the same are those of one key. */
function distinct(words: readonly string[], keyOf = (word: string) => word): string[] {
  const seen = new Set<string>();
  return words.filter((word) => seen.size !== seen.add(keyOf(word)).size);
}

function splitAt(words: readonly string[], index: number): [readonly string[], readonly string[]] {
  return [words.slice(0, index), words.slice(index)];
}

/** An address; one of a single link needs the container's interface behind it (`fe80::1%eth0`, RFC 4007, section 11). */
function parseNameserver(text: string): string | undefined {
  const [before = "", zone, ...more] = text.split("%");
  const address = parseAddress(before);
  if (address === undefined || more.length > 0) return undefined;
  if (zone === undefined) return formatAddress(address);
  const link = address.family === 6 && isLinkLocal(address) ? parseLinkName(zone) : undefined;
  return link && `${formatAddress(address)}%${link}`;
}

/** A domain (RFC 1035, section 2.3.1, but with underscores, which are in use), or `.`. */
function parseDomain(text: string): string | undefined {
  const isDomain = /^(\.|[a-zA-Z0-9_-]{1,63}(\.[a-zA-Z0-9_-]{1,63})*\.?)$/.test(text);
  return isDomain && text.length <= 254 ? text : undefined;
}

/** `edns0`, `ndots:2`, `no-tld-query`, and whatever resolvers will know. */
function parseOption(text: string): string | undefined {
  return /^[a-z0-9-]{1,32}(:[a-zA-Z0-9.-]{1,32})?$/.test(text) ? text : undefined;
}

function optionName(option: string): string {
  return option.split(":")[0] ?? "";
}

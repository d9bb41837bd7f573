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
  const parsed = (keyword: string, values: readonly string[], parse: (text: string) => string | undefined) =>
    values.flatMap((value) => {
      const word = parse(value);
      if (word === undefined) leftOut.push(`${keyword} ${excerpt(value)}, since it is none`);
      return word ?? [];
    });
  const ofAll = (values: (dns: Dns) => readonly string[]) => all.flatMap(values);

  const addresses = distinct(
    parsed(
      "nameserver",
      ofAll(({ nameservers }) => nameservers ?? []),
      parseNameserver,
    ),
  );
  for (const address of addresses.slice(mostNameservers)) {
    leftOut.push(`nameserver ${address}, since resolvers ask no more than ${mostNameservers}`);
  }
  const domains = distinct(
    parsed(
      "domain",
      ofAll(({ domain, search = [] }) => (search.length > 0 ? search : domain === undefined ? [] : [domain])),
      parseDomain,
    ),
  );
  const isSearch = domains.length > 1 || all.some(({ search = [] }) => search.length > 0);
  const options = distinct(
    parsed(
      "option",
      ofAll((dns) => dns.options ?? []),
      parseOption,
    ),
    optionName,
  );

  const lines = [
    ...addresses.slice(0, mostNameservers).map((address) => `nameserver ${address}\n`),
    ...(domains.length === 0 ? [] : [`${isSearch ? "search" : "domain"} ${domains.join(" ")}\n`]),
    ...(options.length === 0 ? [] : [`options ${options.join(" ")}\n`]),
  ];
  return { text: lines.length === 0 ? undefined : heading + lines.join(""), leftOut };
}

/** Those of which none before is the same; the same are those of one key. */
function distinct(words: readonly string[], keyOf = (word: string) => word): string[] {
  const keys = words.map(keyOf);
  return words.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
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
  const label = "[a-zA-Z0-9_-]{1,63}";
  const isDomain = text.length <= 254 && new RegExp(`^(\\.|${label}(\\.${label})*\\.?)$`).test(text);
  return isDomain ? text : undefined;
}

/** `edns0`, `ndots:2`, `no-tld-query`, and whatever resolvers will know. */
function parseOption(text: string): string | undefined {
  return /^[a-z0-9-]{1,32}(:[a-zA-Z0-9.-]{1,32})?$/.test(text) ? text : undefined;
}

function optionName(option: string): string {
  return option.split(":")[0] ?? "";
}

import { globOf, type Item, itemsIn, settingsFiles } from "./read.ts";

/** What systemd-networkd does with a link, as far as its files tell. */
export interface NetworkdMatch {
  readonly file: string;
  readonly isUnmanaged: boolean;
  /** It has DHCP for IPv4 or for both. */
  readonly hasDhcp: boolean;
}

/** A link that a file may match (systemd.network(5), "[Match]"). */
export interface MatchedLink {
  readonly name: string;
  readonly kind: string;
}

/**
 * The file that systemd-networkd configures a link by: the first that matches.
 *
 * @param root The directory that is the root of what is looked at, without a slash at its end.
 */
export function networkdFileFor(link: MatchedLink, root: string): NetworkdMatch | undefined {
  for (const file of settingsFiles(directoriesOf(root), ".network")) {
    const items = itemsIn(file);
    if (!matches(items, link)) continue;
    const says = (section: string, key: string, values: readonly string[]) =>
      values.includes(valueIn(items, section, key).toLowerCase());
    return {
      file,
      isUnmanaged: says("Link", "Unmanaged", yes),
      hasDhcp: says("Network", "DHCP", [...yes, "ipv4", "both"]),
    };
  }
  return undefined;
}

/** Whether systemd-networkd of the host makes a link itself. */
export function isMadeByNetworkd(name: string): boolean {
  return settingsFiles(directoriesOf(""), ".netdev").some(
    (file) => valueIn(itemsIn(file), "NetDev", "Name") === name,
  );
}

function directoriesOf(root: string): string[] {
  return ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"].map(
    (each) => `${root}${each}/systemd/network`,
  );
}

const yes = ["yes", "true", "1", "on"];

function valueIn(items: readonly Item[], section: string, key: string): string {
  return items.find((item) => item.section === section && item.key === key)?.value ?? "";
}

/** All conditions must hold; of those that are not known here, it is taken that they do not. */
function matches(items: readonly Item[], { name, kind }: MatchedLink): boolean {
  const conditions = items.filter(({ section }) => section === "Match");
  const known: Readonly<Record<string, string>> = {
    Name: name,
    Kind: kind,
    Driver: kind,
    Type: kind === "bridge" ? "bridge" : "ether",
  };
  if (conditions.length === 0) return false;
  return conditions.every(({ key, value }) => {
    const text = known[key];
    return text !== undefined && matchesPatterns(text, value);
  });
}

/** Whether one of the patterns fits; those with `!` in front of the list are what must not. */
function matchesPatterns(text: string, patterns: string): boolean {
  const isNegated = patterns.startsWith("!");
  const list = patterns.replace(/^!/, "").split(/\s+/);
  return list.some((pattern) => globOf(pattern).test(text)) !== isNegated;
}

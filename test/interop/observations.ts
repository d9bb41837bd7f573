import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import type { Answer } from "../fixture/network.ts";
import type { Fact } from "../fixture/observe/fact.ts";
import { files } from "../fixture/observe/files.ts";
import { iptablesRules, nftablesRules } from "../fixture/observe/rules.ts";
import { sysctls } from "../fixture/observe/sysctls.ts";

/** A place whose network can be looked at: a host, or a container on it. */
interface Place {
  readonly name: string;
  readonly host: Host;
}

/** A link as `ip` tells of it. */
interface LinkJson {
  readonly ifname: string;
  readonly ifindex: number;
  readonly link_index?: number;
  readonly master?: string;
  readonly address: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly operstate: string;
}

/** What has to differ between two sides, and what stands for it. */
type Names = readonly { readonly text: string; readonly role: string }[];

/**
 * Everything that can be observed on a host and in its containers, one property a line: links, addresses, routes,
 * settings, rules, files.
 *
 * The names of ports and the MACs that nobody asked for are replaced by what they are the name and the MAC of.
 *
 * @param mac The one that was asked for.
 */
export async function observe(
  host: Host,
  containers: readonly Container[],
  mac: string | undefined,
): Promise<string[]> {
  const names = await namesOf(host, containers, mac);
  const places: Place[] = [{ name: "host", host }, ...containers.map((each) => placeIn(host, each))];
  const lines = await Promise.all([
    ...places.flatMap((place) => [linkLines(place, mac), addressLines(place), routeLines(place)]),
    ...places.map(sysctlLines),
    ruleLines(host),
    fileLines(host),
  ]);
  return lines
    .flat()
    .map((line) => withRoles(line, names))
    .sort();
}

/**
 * The text of a result, with roles in place of what has to differ.
 *
 * @throws Error where it names another MAC or MTU than the interface has.
 */
export async function observeResult(
  { output, json }: Answer,
  host: Host,
  containers: readonly Container[],
  mac: string | undefined,
): Promise<string> {
  const { interfaces = [] } = json as { interfaces?: readonly ReportedInterface[] };
  for (const reported of interfaces) await requireTrue(reported, host, containers);
  const names = await namesOf(host, containers, mac);
  const macs = interfaces.flatMap(({ mac: text }) =>
    text === undefined || text === mac ? [] : [{ text, role: "<MAC>" }],
  );
  // The MTU of an interface: the Go library knows the key, but the Go bridge does not fill it in.
  return withRoles(output.replace(/^ *"mtu": \d+,\n(?= *"name":)/gm, ""), [...macs, ...names]);
}

interface ReportedInterface {
  readonly name: string;
  readonly mac?: string;
  readonly mtu?: number;
  readonly sandbox?: string;
}

async function requireTrue(
  { name, mac, mtu, sandbox }: ReportedInterface,
  host: Host,
  containers: readonly Container[],
): Promise<void> {
  const container = containers.find(({ netns }) => netns === sandbox);
  const link = (await linksOf(container ? placeIn(host, container).host : host)).find(
    ({ ifname }) => ifname === name,
  );
  const isTrue = link?.address === mac && (mtu === undefined || link?.mtu === mtu);
  if (isTrue && (sandbox === undefined) === (container === undefined)) return;
  throw new Error(
    `the result has ${name} with ${mac}, MTU ${mtu}, in ${sandbox}; it is ${JSON.stringify(link)}`,
  );
}

/** The host's ends of all interfaces of containers, and the MACs of these. */
async function namesOf(
  host: Host,
  containers: readonly Container[],
  mac: string | undefined,
): Promise<Names> {
  const ofHost = await linksOf(host);
  const names = await Promise.all(
    containers.map(async (container) => {
      const own = (await linksOf(placeIn(host, container).host)).filter(({ ifname }) => ifname !== "lo");
      return own.flatMap(({ ifname, link_index, address }) => {
        const port = ofHost.find(({ ifindex }) => ifindex === link_index);
        return [
          { text: port?.ifname ?? "no port", role: `<port of ${container.id} ${ifname}>` },
          ...(address === mac ? [] : [{ text: address, role: `<MAC of ${container.id} ${ifname}>` }]),
        ];
      });
    }),
  );
  return names.flat();
}

function withRoles(line: string, names: Names): string {
  return names.reduce((text, name) => text.replaceAll(name.text, name.role), line);
}

async function linksOf(host: Host): Promise<LinkJson[]> {
  return JSON.parse(await host.run(["ip", "-json", "-details", "link", "show"]));
}

/** A container, looked at as if it was a host. */
function placeIn(host: Host, container: Container): Place {
  const { attempt, run } = container;
  const runAll: Host["runAll"] = (commands, options) =>
    Promise.all(commands.map((argv) => run(argv, options)));
  return { name: container.id, host: { ...host, attempt, run, runAll } };
}

/** Numbers that are given in the order of creation, what counts down, and what the kernel derives from the MAC. */
const passing = new Set([
  ...["ifindex", "link_index", "link_netnsid", "ifname", "valid_life_time", "preferred_life_time"],
  ...["bridge_id", "root_id", "designated_port", "designated_root", "designated_bridge", "id", "no"],
  ...["hello_timer", "tcn_timer", "topology_change_timer", "gc_timer", "hold_timer", "message_age_timer"],
  "forward_delay_timer",
]);

async function linkLines({ name, host }: Place, mac: string | undefined): Promise<string[]> {
  const links = await linksOf(host);
  return links.flatMap((link) => {
    const address = link.address === mac ? mac : "<MAC>";
    const flags = link.flags.filter((flag) => flag !== "LOWER_UP" && flag !== "NO-CARRIER");
    // A port passes frames when ADD answers. The kernel takes its time to say so of the other links.
    const operstate = link.master === undefined ? "" : link.operstate;
    return properties({ ...link, address, flags, operstate }).map(
      (property) => `${name}: link ${link.ifname}: ${property}`,
    );
  });
}

/** Every property of an object and of those in it: `key=value`. */
function properties(object: object): string[] {
  return Object.entries(object)
    .filter(([key]) => !passing.has(key))
    .flatMap(([key, value]) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? properties(value)
        : [`${key}=${value}`],
    );
}

/** The kernel gives these to a link by itself, some moments after it came up. */
const ofItsOwnAccord = /^(fe80|ff0[0-9]):/;

async function addressLines({ name, host }: Place): Promise<string[]> {
  const links: { ifname: string; addr_info: { local: string; prefixlen: number }[] }[] = JSON.parse(
    await host.run(["ip", "-json", "address", "show"]),
  );
  return links.flatMap(({ ifname, addr_info }) =>
    addr_info
      .filter(({ local }) => !ofItsOwnAccord.test(local))
      .flatMap(({ local, prefixlen, ...rest }) =>
        ["", ...properties(rest)].map(
          (property) => `${name}: address ${local}/${prefixlen} of ${ifname}: ${property}`,
        ),
      ),
  );
}

async function routeLines({ name, host }: Place): Promise<string[]> {
  const families = ["-4", "-6"].map((family) => [
    ...["ip", "-json", "-details", family],
    ...["route", "show", "table", "all"],
  ]);
  const routes: { dst: string }[] = (await host.runAll(families)).flatMap((text) => JSON.parse(text));
  return routes
    .filter(({ dst }) => !ofItsOwnAccord.test(dst))
    .map(({ dst, ...rest }) => `${name}: route to ${dst}: ${properties(rest).join(" ")}`);
}

async function sysctlLines({ name, host }: Place): Promise<string[]> {
  return (await sysctls(host)).map(({ subject, value }) => `${name}: setting ${subject} = ${value}`);
}

/**
 * Rules, with their place among those of their chain that do something. What iptables tells of its tables, nft would
 * tell once more.
 */
async function ruleLines(host: Host): Promise<string[]> {
  const facts = [...(await iptablesRules(host)), ...(await nftablesRules(host))];
  const counts = new Map<string, number>();
  return facts
    .filter(({ subject, value }) => !(subject.startsWith("nft ") && /"family":"ip6?"/.test(value)))
    .map((fact) => {
      const chain = chainOf(fact);
      const isMark = fact.value.startsWith("-A ") && !/ -[jg] /.test(fact.value);
      if (chain === undefined || isMark) return `host: rule ${fact.subject}: ${fact.value}`;
      const place = (counts.get(chain) ?? 0) + 1;
      counts.set(chain, place);
      return `host: rule ${fact.subject}: ${place}. ${fact.value}`;
    });
}

/** The chain that a rule stands in; undefined for what is no rule. */
function chainOf({ subject, value }: Fact): string | undefined {
  const [, chain] = /^-A (\S+) /.exec(value) ?? [];
  if (chain !== undefined) return `${subject} ${chain}`;
  if (subject !== "nft rule") return undefined;
  const { family, table, chain: ofNft }: Record<string, string> = JSON.parse(value);
  return `${family} ${table} ${ofNft}`;
}

/** Files with their contents, and the permissions of those that the specification's world shares. */
async function fileLines(host: Host): Promise<string[]> {
  const modes = await host.run([
    "sh",
    "-c",
    "[ ! -e /var/lib/cni ] || find /var/lib/cni -printf '%p %M %U %G\\n'",
  ]);
  const contents = (await files(host)).map(({ subject, value }) => `host: file ${subject}: ${value}`);
  return [...contents, ...modes.split("\n").map((mode) => `host: file ${mode}`)];
}

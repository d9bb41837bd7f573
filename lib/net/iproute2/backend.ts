import { system } from "#system";
import { type Address, formatAddress } from "../../ip/address.ts";
import type { Netns } from "../../system/system.ts";
import type {
  Link,
  LinkBackend,
  LinkRoute,
  LinkWithAddresses,
  PortVlan,
  RunReport,
} from "../link-backend.ts";
import type { LinkOperation, Where } from "../link-operation.ts";
import { batch } from "./batch.ts";
import { type IndexOf, parseIndices, parseLinks, parseRoutes, parseVlans } from "./parse.ts";
import { render, type ToolCommand } from "./render.ts";
import { attempt, read, readOne, reasonOf } from "./tool.ts";

/**
 * The backend that has `ip` and `bridge` (iproute2) do the work: where there is no netlink socket to be had.
 *
 * @param container The namespace of the attachment.
 */
export function iproute2Backend(container: Netns | undefined): LinkBackend {
  const netnsOf = (where: Where) => (where === "container" ? container : undefined);
  const backend: LinkBackend = {
    name: "iproute2",
    run: (operations) => run(operations, container, netnsOf),
    readLink: (where, name) => readLink(name, netnsOf(where)),
    readLinks: (where) => readLinks(netnsOf(where)),
    waitFor: (where, name, isReady, patience) => poll(() => isReady(backend.readLink(where, name)), patience),
    waitForLocal: (where, addresses, patience) =>
      poll(() => addresses.every((address) => isLocal(netnsOf(where), address)), patience),
    readRoutes: (where, which = "all") => readRoutes(netnsOf(where), which),
    readVlans,
    close: () => {},
  };
  return backend;
}

function run(
  operations: readonly LinkOperation[],
  container: Netns | undefined,
  netnsOf: (where: Where) => Netns | undefined,
): RunReport {
  const [first] = operations;
  if (first === undefined) return { done: 0, failure: undefined };
  for (const section of sectionsOf(operations, container?.path ?? "")) {
    const report = runSection(section, netnsOf(first.where));
    if (report !== undefined) return report;
  }
  return { done: operations.length, failure: undefined };
}

/** Commands of one program that follow one another, and the position of the operation that each is of. */
interface Section {
  readonly program: ToolCommand["program"];
  readonly lines: Line[];
}

interface Line {
  readonly words: readonly string[];
  readonly operation: number;
}

function sectionsOf(operations: readonly LinkOperation[], containerPath: string): Section[] {
  const sections: Section[] = [];
  for (const [operation, each] of operations.entries()) {
    for (const { program, words } of render(each, containerPath)) {
      const last = sections.at(-1);
      if (last?.program === program) last.lines.push({ words, operation });
      else sections.push({ program, lines: [{ words, operation }] });
    }
  }
  return sections;
}

/** @returns how far the whole run came, where it ends in this section. */
function runSection({ program, lines }: Section, netns: Netns | undefined): RunReport | undefined {
  const done = lines[0]?.operation ?? 0;
  const input = batch(lines.map(({ words }) => words));
  const outcome = attempt({ program, arguments: ["-batch", "-"], input, netns });
  if (typeof outcome === "string") return { done, failure: { reason: outcome, unknown: true } };
  if (outcome.status === 0) return undefined;
  const failed = failedLine(lines, outcome.errors);
  if (failed === undefined) return { done, failure: { reason: reasonOf(program, outcome), unknown: true } };
  return { done: failed.operation, failure: { reason: reasonOf(program, outcome), unknown: false } };
}

/** The line at which a batch ended, all before it being done; undefined when that is not known. */
function failedLine(lines: readonly Line[], errors: string): Line | undefined {
  const number = /^Command failed -:(\d+)$/m.exec(errors)?.[1];
  if (number !== undefined) return lines[Number(number) - 1];
  // Where the bridge of a port is gone, `ip` ends without a word about the line.
  const bridge = /argument "(.+)" is wrong: Device does not exist/.exec(errors)?.[1];
  const candidates = lines.filter(
    ({ words }) => words.includes("master") && words[words.indexOf("master") + 1] === bridge,
  );
  return candidates.length === 1 ? candidates[0] : undefined;
}

function readLink(name: string, netns: Netns | undefined): LinkWithAddresses | undefined {
  const command = ["-json", "-details", "address", "show", "dev", name];
  const output = readOne({ program: "ip", arguments: command, netns });
  return output === undefined ? undefined : parseLinks(output, (other) => readIndex(other, netns))[0];
}

function readIndex(name: string, netns: Netns | undefined): number | undefined {
  const output = readOne({ program: "ip", arguments: ["-json", "link", "show", "dev", name], netns });
  return output === undefined ? undefined : parseIndices(output).get(name);
}

function readLinks(netns: Netns | undefined): Link[] {
  const output = read({ program: "ip", arguments: ["-json", "-details", "link", "show"], netns });
  return parseLinks(
    output,
    indicesOf(() => output),
  );
}

function readRoutes(netns: Netns | undefined, which: "all" | "default"): LinkRoute[] {
  const indexOf = indicesOf(() => read({ program: "ip", arguments: ["-json", "link", "show"], netns }));
  return ([4, 6] as const).flatMap((family) => {
    // Tables, protocols and scopes as numbers, whatever /etc/iproute2 calls them.
    const words = ["-Numeric", "-json", "-details", `-${family}`, "route", "show", "table", "all"];
    if (which === "default") words.push("exact", "default");
    return parseRoutes(read({ program: "ip", arguments: words, netns }), family, indexOf);
  });
}

function isLocal(netns: Netns | undefined, address: Address): boolean {
  const table = ["route", "show", "table", "local", "exact", formatAddress(address)];
  const outcome = attempt({ program: "ip", arguments: [`-${address.family}`, "-json", ...table], netns });
  return typeof outcome === "object" && outcome.output.includes("{");
}

/** The indices of a listing of links, which is made when the first one is asked for. */
function indicesOf(listing: () => string): IndexOf {
  let indices: Map<string, number> | undefined;
  return (name) => {
    indices ??= parseIndices(listing());
    return indices.get(name);
  };
}

function readVlans(port: string): PortVlan[] {
  const words = ["-json", "-compressvlans", "vlan", "show", "dev", port];
  const output = readOne({ program: "bridge", arguments: words });
  return output === undefined ? [] : parseVlans(output);
}

/** How often to look, in milliseconds. */
const pause = 20;

/** Without a netlink socket there are no events to be had: whoever waits has to look again and again. */
function poll(look: () => boolean, patience: number): boolean {
  const end = system.monotonic() + patience;
  while (!look()) {
    if (system.monotonic() >= end) return false;
    system.sleep(pause);
  }
  return true;
}

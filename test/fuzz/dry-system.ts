import type { Command, FileStatus, Lock, Netns, Outcome, Running, System } from "../../lib/system/system.ts";
import type { RecordedCommand } from "./commands.ts";
import { DryLinks, type Place } from "./dry-links.ts";
import { DryRules } from "./dry-rules.ts";

/** What is executed in the place of a CNI plugin. */
type RunPlugin = (path: string, environment: Readonly<Record<string, string>>, input: string) => Outcome;

/** The directory of CNI_PATH that has every plugin in it. */
export const pluginDirectory = "/opt/cni/bin";

let files = new Map<string, string>();
let commands: RecordedCommand[] = [];
let links = new DryLinks();
let rules = new DryRules();
let clock = 0;
let dice = 0;
let runPlugin: RunPlugin = () => outcomeOf(127, "", "");

/** What a call did on the dry system. */
export interface Trail {
  /** The commands that were started; plugins are not among them. */
  readonly commands: readonly RecordedCommand[];
  /** The files that are there now, with what they hold. */
  readonly files: ReadonlyMap<string, string>;
  /** The aliases of the veths that are there now. */
  readonly portAliases: readonly string[];
}

/**
 * Makes the dry system as it was in the beginning.
 *
 * @param plugin Takes the place of plugins that are executed.
 */
export function resetDrySystem(plugin: RunPlugin): void {
  [files, commands, links, rules] = [new Map(), [], new DryLinks(), new DryRules()];
  [clock, dice, runPlugin] = [0, 0, plugin];
}

/** What has been done since then. */
export function trail(): Trail {
  return { commands: [...commands], files: new Map(files), portAliases: links.portAliases() };
}

/**
 * A system on which nothing happens: files, links and rules are in memory, and commands are recorded. `ip` and iptables
 * are answered as they answer, as far as the product asks; every other command succeeds and says nothing.
 */
export const system: System = {
  host: "node",
  pid: 4711,
  userId: 0,
  arguments: () => [],
  environment: () => ({}),
  executable: () => "/nowhere/bridge",
  run: (main) => {
    main();
  },

  readStandardInput: () => "",
  limitStandardError: () => undefined,
  log: () => undefined,
  writeStandardOutput: () => {},
  writeStandardError: () => {},
  isTerminal: () => false,

  readText: (path) => contentOf(path),
  readRegular: (path) => contentOf(path),
  readTail: (path, length) => contentOf(path).slice(-length),
  writeInPlace: (path, text) => {
    files.set(checked(path), text);
  },
  openFile: (path) => {
    checked(path);
    return undefined;
  },
  createFile: (path, text) => {
    if (files.has(checked(path))) return false;
    files.set(path, text);
    return true;
  },
  replaceFile: (path, text) => {
    files.set(checked(path), text);
  },
  replaceWithin: (root, path, text) => {
    files.set(checked(`${root}/${path}`), text);
    return "replaced";
  },
  linkFile: (path, name) => {
    if (files.has(checked(name))) return false;
    files.set(name, contentOf(path));
    return true;
  },
  makeSymbolicLink: (path) => !files.has(checked(path)),
  renameFile: (path, name) => {
    files.set(checked(name), contentOf(path));
    files.delete(path);
  },
  removeFile: (path) => files.delete(checked(path)),
  removeDirectory: (path) => {
    checked(path);
    return false;
  },
  makeDirectory: (path) => {
    checked(path);
  },
  listDirectory: (path) => {
    const start = `${checked(path)}/`;
    const names = [...files.keys()]
      .filter((each) => each.startsWith(start))
      .map((each) => each.slice(start.length));
    return names.filter((name) => !name.includes("/")).sort();
  },
  status: (path) => statusOf(checked(path)),
  setModified: (path) => {
    checked(path);
  },
  realPath: checked,

  lock: (path): Lock => {
    checked(path);
    return { release: () => {} };
  },
  openNetns: (path): Netns => {
    checked(path);
    if (!path.startsWith("/run/netns/")) throw systemError("ENOENT", "open", path);
    return { descriptor: 9, path: "/proc/4711/fd/9", identity: "4:2", close: () => {} };
  },
  openNetlink: () => undefined,
  openNetfilter: () => undefined,
  unixSockets: undefined,

  findProgram: (name) => (name.includes("/") ? undefined : `/usr/sbin/${name}`),
  start,

  now: () => 1_700_000_000_000 + clock,
  monotonic: () => clock,
  sleep: (milliseconds) => {
    clock += milliseconds;
  },
  random: (length) => Uint8Array.from({ length }, () => (dice = (dice * 31 + 7) & 0xff)),
};

/** A path, argument or variable: none can hold a zero byte, which ends it for the kernel. */
function checked(text: string): string {
  if (text.includes("\0")) throw systemError("EINVAL", "open", text);
  return text;
}

function contentOf(path: string): string {
  const found = files.get(checked(path));
  if (found !== undefined) return found;
  if (path.startsWith("/proc/sys/")) return "0\n";
  if (path.startsWith("/proc/net/")) return "nat\n";
  throw systemError("ENOENT", "open", path);
}

function statusOf(path: string): FileStatus | undefined {
  const kind = kindOf(path);
  if (kind === undefined) return undefined;
  return {
    kind,
    mode: 0o755,
    userId: 0,
    groupId: 0,
    device: 4,
    inode: 1,
    size: 0,
    modified: 0n,
    changed: 0n,
  };
}

/** A directory is there when something is in it. */
function kindOf(path: string): FileStatus["kind"] | undefined {
  if (files.has(path) || path.startsWith(`${pluginDirectory}/`)) return "file";
  if ([...files.keys()].some((each) => each.startsWith(`${path}/`))) return "directory";
  return path.startsWith("/proc/") ? "other" : undefined;
}

function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { errno: -1, code, syscall, path });
}

function start({ program, arguments: words, input = "", environment = {}, netns }: Command): Running {
  for (const text of [program, ...words, ...Object.entries(environment).flat()]) checked(text);
  // As under Node.js, it has ended before anybody waits for it.
  const place = netns === undefined ? "host" : "container";
  const outcome = program.startsWith("/")
    ? runPlugin(program, environment, input)
    : answer(program, words, input, place);
  return { hasEnded: () => true, wait: () => outcome };
}

function answer(program: string, words: readonly string[], input: string, place: Place): Outcome {
  commands.push({ program, arguments: words, input });
  if (program === "ip") return links.answer(place, words, input);
  if (/^ip6?tables/.test(program)) return rules.answer(program, words, input);
  const isListing = words.some((word) => word === "-j" || word === "-json" || word === "--json");
  return outcomeOf(0, isListing && program === "nft" ? '{"nftables":[]}' : isListing ? "[]" : "", "");
}

/** How a command ended. */
export function outcomeOf(status: number, output: string, errors: string): Outcome {
  return { status, signal: undefined, late: false, output, errors };
}

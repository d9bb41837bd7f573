import { UsageError } from "../command-line/usage-error.ts";

/** What LXC tells a hook (lxc.container.conf(5), "CONTAINER HOOKS"). */
export interface HookEvent {
  readonly type: HookType;
  /** The container's name. */
  readonly name: string;
  /** The directory that LXC keeps its containers in; for a container with a configuration elsewhere, that file. */
  readonly lxcPath: string;
  /** The id of the container's first process, in our pid namespace; undefined where LXC does not tell. */
  readonly pid: number | undefined;
}

/** The hooks that are of use to a network. The others run before there is a namespace, or inside the container. */
export type HookType = "start-host" | "stop" | "post-stop" | "destroy";

const types: readonly string[] = ["start-host", "stop", "post-stop", "destroy"] satisfies HookType[];

/** What a hook line says, and what LXC tells it. */
export interface HookCall {
  readonly event: HookEvent;
  /** The words of the hook line itself. */
  readonly words: readonly string[];
}

/**
 * Tells apart what LXC says from what the hook line says.
 *
 * With `lxc.hook.version = 1` all that LXC says is in the environment. With version 0 it is in words after those of
 * the line: the name, `lxc`, the hook, and for some hooks more. The environment alone would not do: after a reboot, it
 * holds values of the start before.
 *
 * @param words The arguments after `hook`.
 * @throws UsageError where it was not called by LXC, or as a hook that is of no use.
 */
export function parseHookCall(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): HookCall {
  if (!isCalledByLxc(environment)) throw notCalledByLxc();
  const name = environment.LXC_NAME;
  const { own, type } = split(words, name, environment);
  return {
    words: own,
    event: {
      type: requireType(type),
      name,
      lxcPath: lxcPathOf(environment.LXC_CONFIG_FILE ?? "", name),
      pid: parsePid(environment.LXC_PID),
    },
  };
}

/** Whether it is LXC that calls: it always tells the container's name. */
export function isCalledByLxc(
  environment: Readonly<Record<string, string>>,
): environment is Readonly<Record<string, string>> & { readonly LXC_NAME: string } {
  return (environment.LXC_NAME ?? "") !== "";
}

/** What to say to others. */
export function notCalledByLxc(): UsageError {
  return new UsageError(
    "hook is called by LXC, as lxc.hook.start-host, lxc.hook.stop, lxc.hook.post-stop and lxc.hook.destroy",
  );
}

/** The words of the line, and the hook's type: after them with version 0, in the environment with version 1. */
function split(
  words: readonly string[],
  name: string,
  { LXC_HOOK_VERSION: version, LXC_HOOK_TYPE: type }: Readonly<Record<string, string>>,
): { own: readonly string[]; type: string | undefined } {
  const appended = words.findLastIndex((word, index) => word === name && words[index + 1] === "lxc");
  // Some hooks run where LXC has set no version: then it is the words that tell.
  if (version === "1" || appended === -1) return { own: words, type };
  return { own: words.slice(0, appended), type: words[appended + 2] };
}

function requireType(type: string | undefined): HookType {
  if (type !== undefined && types.includes(type)) return type as HookType;
  throw new UsageError(`lxc.hook.${type ?? "?"} is no hook for a network; use ${types.join(", ")}`);
}

/** LXC does not tell its path, but a container's configuration is at PATH/NAME/config, unless it was given another. */
function lxcPathOf(configFile: string, name: string): string {
  const end = `/${name}/config`;
  return configFile.endsWith(end) ? configFile.slice(0, -end.length) : configFile;
}

function parsePid(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

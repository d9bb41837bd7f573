import { CniError, Code, describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import {
  type Configuration,
  configurationOf,
  configuredLinks,
  rootDirectoryOf,
} from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import { isAlive } from "../container/running.ts";
import { hookLinesOf } from "../hook/lines.ts";
import type { HookWords } from "../hook/words.ts";
import { findNetwork } from "../runtime.ts";
import { backUp, openConfiguration, removeBackupOf, replaceConfiguration } from "./configuration-file.ts";
import { remedyFor, removeUdhcpc, runsUdhcpc } from "./guest.ts";
import { splitOwnLines, withOwnLines } from "./own-lines.ts";
import { chosenBefore, linesFor, linkLines, type OtherLinks } from "./wanted-lines.ts";

/** What a container is to be enabled for. */
export interface Enabling {
  readonly wanted: HookWords;
  /** The words of the command that LXC is to call. */
  readonly command: readonly string[];
  /** What becomes of links that LXC makes; undefined for what was chosen before. */
  readonly others: OtherLinks | undefined;
  /** Whether it may run. */
  readonly mayRun: boolean;
  /** Whether files of the guest that are in the way may be changed. */
  readonly fixGuest: boolean;
}

/** What was done to a configuration. */
export interface Edited {
  readonly isChanged: boolean;
  /** The name of the file that it was kept in as it was; undefined where it was not. */
  readonly backup: string | undefined;
  /** What a user should know besides, in sentences. */
  readonly remarks: readonly string[];
}

/**
 * Writes into a container's configuration what has LXC call us when it starts and stops.
 *
 * Everything else in it stays, byte for byte. A second time nothing is changed, unless something else is wanted.
 *
 * @throws CniError 5 where it cannot be read or written, 7 where a network is missing or the configuration has something
 *   in it that this cannot go with, 102 where it runs, and
 *   something would be changed.
 */
export function enable(
  container: Container,
  { wanted, command, others, mayRun, fixGuest }: Enabling,
): Edited {
  for (const { network } of wanted.networks) findNetwork(network, wanted);
  const isRunning = isAlive(container);
  return withLock("container", container.id, () => {
    const file = openConfiguration(container.configFile);
    const { rest, own } = splitOwnLines(file.text);
    const configuration = configurationOf(rest, container.configFile);
    requireNoHooks(configuration);
    const choice = others ?? chosenBefore(own);
    const links = linkLines(configuredLinks(configuration), wanted.networks, choice);
    const text = withOwnLines(rest, linesFor(command, links));
    const isChanged = text !== file.text;
    if (isChanged && isRunning && !mayRun) throw running(container);
    const backup = isChanged && own === undefined ? backUp(file) : undefined;
    if (isChanged) replaceConfiguration(file, text);
    const root = rootDirectoryOf(configuration);
    const remarks = [
      ...configuration.problems,
      ...(isChanged && isRunning ? ["it runs: that takes effect when it is started the next time"] : []),
      ...(root !== undefined && runsUdhcpc(root) ? [settleUdhcpc(root, fixGuest)] : []),
    ];
    return { isChanged, backup, remarks };
  });
}

/** Removes it again: the configuration is as it was before, but for what others have changed meanwhile. */
export function disable(container: Container): Edited {
  const isRunning = isAlive(container);
  return withLock("container", container.id, () => {
    const file = openConfiguration(container.configFile);
    const { rest, own } = splitOwnLines(file.text);
    const isThere = own !== undefined;
    if (isThere) replaceConfiguration(file, rest);
    removeBackupOf(file, rest);
    const remarks = isThere && isRunning ? ["it runs: it keeps its networks until it stops"] : [];
    return { isChanged: isThere, backup: undefined, remarks };
  });
}

function running({ name }: Container): CniError {
  return new CniError(
    Code.alreadyAttached,
    `container ${name} runs`,
    "stop it first, or say --running: then it takes effect when it is started the next time",
  );
}

/** @throws CniError 7 where lxc-cni would be called twice */
function requireNoHooks(configuration: Configuration): void {
  const [line] = hookLinesOf(configuration);
  if (line === undefined) return;
  throw new CniError(
    Code.invalidConfiguration,
    `${line.at.file} has a line of its own that calls lxc-cni`,
    `line ${line.at.line}: ${line.at.key} = ${line.at.value}; remove it, and those of other hooks`,
  );
}

/** @returns what to say of it. */
function settleUdhcpc(root: string, fix: boolean): string {
  const problem = "busybox's udhcpc takes the address away when the container starts";
  if (!fix) return `${problem}: say --fix-guest, or ${remedyFor(root)}`;
  try {
    removeUdhcpc(root);
    return "etc/init.d/rcS of the container no longer runs udhcpc, which takes the address away";
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `${problem}, and cannot be removed: ${describe(error)}; ${remedyFor(root)}`;
  }
}

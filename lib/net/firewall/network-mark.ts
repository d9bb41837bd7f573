import { system } from "#system";
import { decode } from "../../cni/decode.ts";
import { CniError } from "../../cni/error.ts";
import { inDirectory } from "../../cni/in-directory.ts";
import { stringifyCompact } from "../../cni/json.ts";
import type { NetworkName } from "../../cni/request.ts";
import { isSystemError } from "../../system/error.ts";
import { ownNetns } from "../own-netns.ts";
import { NetworkMark, type Part } from "./network-mark.schema.ts";

/**
 * Where it is noted which networks have their rules (docs/formats.md): in a place that a boot clears, as it does rules.
 */
const directory = "/run/lxc-cni/networks";

/** Whether there is a mark of a network, whatever it says. */
export function isMarked(network: NetworkName): boolean {
  return system.status(pathOf(network)) !== undefined;
}

/**
 * The rules that a network has in our own network namespace, as far as was noted; undefined where nothing was noted, or
 * nothing that can be understood.
 */
export function readMark(network: NetworkName): readonly Part[] | undefined {
  try {
    const mark = JSON.parse(system.readText(pathOf(network)));
    const { netns, rules } = decode<NetworkMark>(NetworkMark, mark, { lenient: false, warn: () => {} });
    return netns === ownNetns() ? rules : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CniError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** Notes which rules a network has. Where that cannot be written, they are looked for each time. */
export function writeMark(network: NetworkName, rules: readonly Part[]): void {
  const mark: NetworkMark = { netns: ownNetns(), rules: [...rules] };
  try {
    inDirectory(directory, () => {
      system.replaceFile(pathOf(network), `${stringifyCompact(mark)}\n`, 0o600);
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Forgets them. */
export function removeMark(network: NetworkName): void {
  system.removeFile(pathOf(network));
}

function pathOf(network: NetworkName): string {
  return `${directory}/${network}.json`;
}

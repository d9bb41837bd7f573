import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { shellWord } from "../output/shell-word.ts";
import { ownDirectory } from "../runtime.ts";
import { type Finding, orOk, wrong } from "./finding.ts";

/** Whether the plugin bridge hides the program of iproute2 that is called so. */
export function path(): Finding[] {
  const directories = (system.environment().PATH ?? "").split(":").filter((each) => each.startsWith("/"));
  const first = directories
    .map((directory) => `${directory}/bridge`)
    .find((file) => realOf(file) !== undefined);
  if (first === undefined || realOf(first) !== realOf(`${ownDirectory()}/bridge`)) {
    return orOk([], "bridge on PATH is not the plugin");
  }
  const directory = first.slice(0, first.lastIndexOf("/"));
  const isOwn = realOf(directory) === ownDirectory();
  return [
    wrong(
      "bridge on PATH is the plugin, and hides the program of iproute2 of that name",
      first,
      isOwn ? `take ${directory} out of PATH` : `rm ${shellWord(first)}`,
    ),
  ];
}

function realOf(file: string): string | undefined {
  try {
    return system.realPath(file);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

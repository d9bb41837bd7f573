import { system } from "#system";

/**
 * The absolute path of a path, without `.`, `..` and doubled `/`. Symbolic links stay: it is what somebody calls a file,
 * as Go's `filepath.Abs` has it.
 */
export function absolutePath(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${workingDirectory()}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** As the shell calls it, where that is still right: Go's `os.Getwd` does the same. */
function workingDirectory(): string {
  const { PWD: called = "" } = system.environment();
  const here = system.status(".");
  const there = called.startsWith("/") ? system.status(called) : undefined;
  const isSame = there !== undefined && there.inode === here?.inode && there.device === here.device;
  return isSame ? called : system.realPath(".");
}

import { type Command, searchPath } from "./system.ts";

/** The environment of a command that is given none. */
export const commandEnvironment: Readonly<Record<string, string>> = {
  PATH: searchPath.join(":"),
  LC_ALL: "C",
};

/** {@linkcode System.findProgram}: the first executable file of that name. */
export function findProgram(name: string, isExecutable: (path: string) => boolean): string | undefined {
  if (name.includes("/")) return undefined;
  for (const directory of searchPath) {
    const path = `${directory}/${name}`;
    if (isExecutable(path)) return path;
  }
  return undefined;
}

/** The path of a command's program. @throws SystemError ENOENT when its name is not in the search path. */
export function programPath({ program }: Command, isExecutable: (path: string) => boolean): string {
  const path = program.includes("/") ? program : findProgram(program, isExecutable);
  if (path !== undefined) return path;
  const error = new Error(`ENOENT: no such file or directory, spawn '${program}'`);
  throw Object.assign(error, { errno: -2, code: "ENOENT", syscall: "spawn", path: program });
}

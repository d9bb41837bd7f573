import { existsSync, readFileSync } from "node:fs";
import { writeScript } from "../cni/scratch.ts";

/** What a plugin prints for a verb, and the status that it ends with: nothing and 0 when absent. */
export interface Reply {
  readonly prints?: unknown;
  readonly status?: number;
}

/** Real plugins that do nothing but note how they were called, as the Go library's noop plugin does. */
export interface NoopPlugins {
  /** What a runtime has in CNI_PATH. */
  readonly directory: string;
  /** Installs a plugin. */
  install(name: string, replies?: { readonly ADD?: Reply; readonly DEL?: Reply }): void;
  /** The calls so far: `ADD first`. */
  calls(): string[];
  /** What a plugin last read from standard input for a verb. */
  input(name: string, verb: "ADD" | "DEL"): unknown;
  /** The CNI_ variables that a plugin last saw for a verb. */
  environment(name: string, verb: "ADD" | "DEL"): Record<string, string>;
}

/** Plugins in an empty directory. */
export function noopPlugins(directory: string): NoopPlugins {
  const notes = `${directory}/calls`;
  const noted = (name: string, verb: string, what: string) =>
    readFileSync(`${directory}/${name}.${verb}.${what}`, "utf8");
  return {
    directory,
    install: (name, { ADD = { prints: { cniVersion: "1.0.0" } }, DEL = {} } = {}) => {
      writeScript(`${directory}/${name}`, [
        `echo "$CNI_COMMAND ${name}" >> ${notes}`,
        `cat > ${directory}/${name}.$CNI_COMMAND.input`,
        `env | grep '^CNI_' > ${directory}/${name}.$CNI_COMMAND.env`,
        "case $CNI_COMMAND in",
        `ADD) ${reply(ADD)} ;;`,
        `DEL) ${reply(DEL)} ;;`,
        "esac",
      ]);
    },
    calls: () => (existsSync(notes) ? readFileSync(notes, "utf8").trimEnd().split("\n") : []),
    input: (name, verb) => JSON.parse(noted(name, verb, "input")),
    environment: (name, verb) =>
      Object.fromEntries(
        noted(name, verb, "env")
          .trimEnd()
          .split("\n")
          .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
  };
}

function reply({ prints, status = 0 }: Reply): string {
  const print = prints === undefined ? "" : `printf %s '${JSON.stringify(prints)}'; `;
  return `${print}exit ${status}`;
}

import { existsSync, readFileSync } from "node:fs";
import type { Verb } from "../../lib/cni/request.ts";
import { writeScript } from "../cni/scratch.ts";

/** What a plugin prints for a verb, and the status that it ends with: nothing and 0 when absent. */
export interface Reply {
  readonly prints?: unknown;
  readonly status?: number;
  /** How many times it answers code 11, "try again later", before; never when absent. */
  readonly busy?: number;
  /** It never answers, or no more when it has been busy. */
  readonly hangs?: boolean;
}

/** What plugins are called for here. */
export type NoopVerb = Verb | "VERSION";

/** Real plugins that do nothing but note how they were called, as the Go library's noop plugin does. */
export interface NoopPlugins {
  /** What a runtime has in CNI_PATH. */
  readonly directory: string;
  /** Installs a plugin. */
  install(name: string, replies?: Partial<Record<NoopVerb, Reply>>): void;
  /** The calls so far: `ADD first`. */
  calls(): string[];
  /** What a plugin last read from standard input for a verb. */
  input(name: string, verb: NoopVerb): unknown;
  /** The CNI_ variables that a plugin last saw for a verb. */
  environment(name: string, verb: NoopVerb): Record<string, string>;
}

/** Plugins in an empty directory. */
export function noopPlugins(directory: string): NoopPlugins {
  const notes = `${directory}/calls`;
  const noted = (name: string, verb: string, what: string) =>
    readFileSync(`${directory}/${name}.${verb}.${what}`, "utf8");
  return {
    directory,
    install: (name, replies = {}) => {
      const all: Partial<Record<NoopVerb, Reply>> = { ...usualReplies, ...replies };
      writeScript(`${directory}/${name}`, [
        `echo "$CNI_COMMAND ${name}" >> ${notes}`,
        `cat > ${directory}/${name}.$CNI_COMMAND.input`,
        `env | grep '^CNI_' > ${directory}/${name}.$CNI_COMMAND.env`,
        "case $CNI_COMMAND in",
        ...Object.entries(all).map(([verb, each]) => `${verb}) ${reply(each, `${verb} ${name}`, notes)} ;;`),
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

/** What a plugin answers where a test does not say. */
const usualReplies = {
  ADD: { prints: { cniVersion: "1.0.0" } },
  VERSION: { prints: { cniVersion: "1.1.0", supportedVersions: ["0.3.1", "0.4.0", "1.0.0", "1.1.0"] } },
};

function reply({ prints, status = 0, busy = 0, hangs = false }: Reply, call: string, notes: string): string {
  const answers =
    prints === undefined ? `exit ${status}` : `printf %s '${JSON.stringify(prints)}'; exit ${status}`;
  const later = `printf %s '{"code":11,"msg":"busy"}'; exit 1`;
  const soFar = `$(grep -cx "${call}" ${notes})`;
  return `if [ "${soFar}" -le ${busy} ]; then ${later}; else ${hangs ? "exec sleep 1000" : answers}; fi`;
}

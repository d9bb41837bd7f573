import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands } from "../../lxc/commands/all.ts";
import { bashScript } from "../../lxc/completion/bash.ts";
import { fishScript } from "../../lxc/completion/fish.ts";
import { zshScript } from "../../lxc/completion/zsh.ts";
import { runCommand } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";

/** A shell that completes command lines. */
export interface Shell {
  readonly name: "bash" | "zsh" | "fish";
  /** Why it cannot be tried on this machine; undefined where it can. */
  missing(): Promise<string | undefined>;
  /**
   * What it offers for the last of some words.
   *
   * @param words Of a command line, with the program. The last one may be empty.
   * @param host Where to ask for names; this machine when absent.
   */
  complete(words: readonly string[], host?: Host): Promise<string[]>;
}

export const shells: readonly Shell[] = [
  shell("bash", ["bash", "--norc", "--noprofile"], bashScript(commands), completeInBash),
  shell("zsh", ["zsh", "-f"], zshScript(commands), completeInZsh),
  shell("fish", ["fish", "--no-config"], fishScript(commands), completeInFish),
];

function shell(
  name: Shell["name"],
  argv: readonly string[],
  script: string,
  program: (script: string, words: readonly string[]) => string,
): Shell {
  return {
    name,
    missing: async () => {
      const { status } = await runCommand(["sh", "-c", `command -v ${name}`]);
      return status === 0 ? undefined : `needs ${name}`;
    },
    complete: async (words, host) => {
      const directory = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
      try {
        writeFileSync(`${directory}/script`, script);
        writeFileSync(`${directory}/program`, program(`${directory}/script`, words));
        const command = [...argv, `${directory}/program`];
        const { output, errors } = await (host === undefined ? runCommand(command) : host.attempt(command));
        if (errors !== "") throw new Error(`${name}: ${errors}`);
        const lines = output.split("\n").filter((line) => line !== "");
        return [...new Set(lines)].sort();
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What bash does for a Tab: it calls the function with the words in an array. */
function completeInBash(script: string, words: readonly string[]): string {
  return `
    compopt() { :; } # There is no line that is being edited.
    source ${script}
    COMP_WORDS=(${words.map(quoted).join(" ")})
    COMP_CWORD=${words.length - 1}
    _lxc_cni
    printf '%s\\n' "\${COMPREPLY[@]}"
  `;
}

/** Only a line that is being edited can be completed: one on a terminal of its own, which writes down what it adds. */
function completeInZsh(script: string, words: readonly string[]): string {
  const line = words.join(" ");
  return `
    zmodload zsh/zpty
    found=$(mktemp)
    setup='
      PROMPT=; stty -echo
      autoload -Uz compinit; compinit -u -D
      (( $+commands[lxc-cni] )) || lxc-cni() { :; }
      source ${script}
      compadd() {
        local -a hits
        if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
        builtin compadd -A hits "$@"
        if (( \${#hits} )); then print -rl -- $hits >> '$found'; fi
        builtin compadd "$@"
      }
      comppostfuncs=(exit)
      bindkey "^I" complete-word
      zstyle ":completion:*" list-prompt ""
      zstyle ":completion:*" verbose no
      echo ready
    '
    print -r -- $setup > $found.setup
    zpty shell zsh -f -i
    zpty -w shell "source $found.setup"
    while zpty -r shell said; do if [[ $said == *ready* ]]; then break; fi; done
    zpty -w -n shell ${quoted(`${line}\t`)}
    while zpty -r shell said; do :; done
    cat $found
    rm $found $found.setup
  `;
}

function completeInFish(script: string, words: readonly string[]): string {
  const line = words.join(" ");
  return `
    type --query lxc-cni; or function lxc-cni; end
    source ${script}
    complete --do-complete ${JSON.stringify(line)} | string replace --regex '\\t.*' ''
  `;
}

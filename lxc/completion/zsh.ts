import type { Completion, Described, Option } from "../command-line/command.ts";
import { firstWords, groups, optionsOf, quoted, secondWords, spellings } from "./grammar.ts";

/** A completion script for zsh. */
export function zshScript(commands: readonly Described[]): string {
  const first = [...firstWords(commands), { word: "help", does: "says what a command does" }];
  return `#compdef lxc-cni
# zsh completion for lxc-cni: lxc-cni completion zsh > "\${fpath[1]}/_lxc-cni"

_lxc_cni() {
  local program=$words[1] command=$words[2] skipped=1
  if ((CURRENT == 2)); then
    _lxc_cni_words ${wordList(first)}
    return
  fi
  case $command in
${groups(commands)
  .map((group) => groupCase(group, commands))
  .join("\n")}
  help)
    _lxc_cni_words ${wordList(firstWords(commands))}
    return
    ;;
  esac
  # The command is the first word of what is left.
  shift $skipped words
  ((CURRENT -= skipped))
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}

_lxc_cni_words() {
  local -a words_of_it=("$@")
  _describe command words_of_it
}

_lxc_cni_names() {
  local -a names=("\${(@f)$("$program" completion $1 2> /dev/null)}")
  compadd -a names
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _lxc_cni "$@"; else compdef _lxc_cni lxc-cni; fi
`;
}

function wordList(words: readonly { readonly word: string; readonly does: string }[]): string {
  return words.map(({ word, does }) => quoted(`${word}:${does}`)).join(" ");
}

function groupCase(group: string, commands: readonly Described[]): string {
  const words = secondWords(group, commands);
  const isCommand = commands.some(({ name }) => name === group);
  const pattern = words.map(({ word }) => word).join("|");
  const test = isCommand ? `[[ $words[3] == (${pattern}) ]] && ` : "";
  return `  ${group})
    if ((CURRENT == 3)); then
      _lxc_cni_words ${wordList(words)}
      ${isCommand ? "" : "return"}
    fi
    ${test}{ command="${group} $words[3]" skipped=2; }
    ;;`;
}

function commandCase(command: Described): string {
  const lines = [...optionsOf(command).flatMap(optionSpecs), ...parameterSpecs(command)];
  return `  ${quoted(command.name)})
    _arguments ${lines.map(quoted).join(" \\\n      ")}
    ;;`;
}

function optionSpecs(entry: [name: string, option: Option]): string[] {
  const [, option] = entry;
  const again = option.kind === "list" ? "*" : "";
  return spellings(entry).map((word) => {
    if (option.kind === "flag") return `${word}[${escaped(option.does)}]`;
    const equals = word.startsWith("--") ? "=" : "";
    return `${again}${word}${equals}[${escaped(option.does)}]:${escaped(option.value)}:${actionOf(option.completes)}`;
  });
}

function parameterSpecs({ parameters }: Described): string[] {
  return parameters.map(({ name, count, completes }, index) => {
    const place = count === "some" || count === "any" ? "*" : String(index + 1);
    return `${place}:${escaped(name)}:${actionOf(completes)}`;
  });
}

function actionOf(completes: Completion): string {
  if (typeof completes !== "string") return `(${completes.join(" ")})`;
  const actions = { file: "_files", directory: "_files -/", nothing: " " } as const;
  // With a blank in front, _arguments puts no words of its own between the function and its argument.
  return completes in actions ? actions[completes as keyof typeof actions] : ` _lxc_cni_names ${completes}s`;
}

/** What means something in a specification of _arguments. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, "\\$&");
}

import type { Described } from "../command-line/command.ts";
import { firstWords, groups, kindOf, optionsOf, quoted, secondWords, spellings } from "./grammar.ts";

/** A completion script for bash. */
export function bashScript(commands: readonly Described[]): string {
  const first = firstWords(commands).map(({ word }) => word);
  return `# bash completion for lxc-cni: source <(lxc-cni completion bash)

_lxc_cni() {
  local program=\${COMP_WORDS[0]} current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} first=2 options= values= kinds= more= kind= index position=0 name
  COMPREPLY=()
  # "--option=" and what follows are words of their own to bash.
  if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi

  if ((COMP_CWORD == 1)); then
    _lxc_cni_offer ${quoted(`=${[...first, "help"].join(" ")}`)}
    return
  fi
  case $command in
${groups(commands)
  .map((group) => groupCase(group, commands))
  .join("\n")}
  help) _lxc_cni_offer ${quoted(`=${first.join(" ")}`)}; return ;;
  esac

  case $command in
${commands.map(commandCase).join("\n")}
  *) return ;;
  esac
  if [[ " $values " == *" $previous "* ]]; then
    case "$command $previous" in
${commands.flatMap(valueCases).join("\n")}
    esac
  elif [[ $current == -* ]]; then
    kind="=$options"
  else
    for ((index = first; index < COMP_CWORD; index++)); do
      case \${COMP_WORDS[index]} in
      =) ((index++)) ;;
      -*) if [[ " $values " == *" \${COMP_WORDS[index]} "* && \${COMP_WORDS[index+1]} != = ]]; then ((index++)); fi ;;
      *) ((position++)) ;;
      esac
    done
    # What may be repeated is the last one.
    if ((position >= \${#kinds[@]})) && [[ $more ]]; then position=$((\${#kinds[@]} - 1)); fi
    kind=\${kinds[position]}
  fi
  _lxc_cni_offer "$kind"
}

# Offers what is of a kind. Names of this host are taken as they are: a shell would do what is written in them.
_lxc_cni_offer() {
  case $1 in
  =*) COMPREPLY=($(compgen -W "\${1#=}" -- "$current")) ;;
  file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")) ;;
  directory) compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")) ;;
  container | network)
    while IFS= read -r name; do
      if [[ $name == "$current"* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
    done < <("$program" completion "\${1}s" 2> /dev/null)
    ;;
  esac
}

complete -F _lxc_cni lxc-cni
`;
}

function groupCase(group: string, commands: readonly Described[]): string {
  const words = secondWords(group, commands).map(({ word }) => word);
  const isCommand = commands.some(({ name }) => name === group);
  // A word that is no second word is one of the command that has the first word for its name.
  const otherwise = isCommand
    ? `if [[ " ${words.join(" ")} " == *" \${COMP_WORDS[2]} "* ]]; then`
    : "if true; then";
  return `  ${group})
    if ((COMP_CWORD == 2)); then _lxc_cni_offer ${quoted(`=${words.join(" ")}`)}; return; fi
    ${otherwise} command="${group} \${COMP_WORDS[2]}" first=3; fi
    ;;`;
}

function commandCase(command: Described): string {
  const options = optionsOf(command);
  const values = options.filter(([, option]) => option.kind !== "flag").flatMap(spellings);
  const kinds = command.parameters.map(({ completes }) => quoted(kindOf(completes)));
  const isOpen = command.parameters.some(({ count }) => count === "some" || count === "any");
  return [
    `  ${quoted(command.name)})`,
    `    options=${quoted(options.flatMap(spellings).join(" "))} values=${quoted(values.join(" "))}`,
    `    kinds=(${kinds.join(" ")}) more=${isOpen ? "yes" : ""}`,
    "    ;;",
  ].join("\n");
}

function valueCases(command: Described): string[] {
  return optionsOf(command).flatMap((entry) => {
    const [, option] = entry;
    if (option.kind === "flag" || option.completes === "nothing") return [];
    const patterns = spellings(entry).map((word) => quoted(`${command.name} ${word}`));
    return [`    ${patterns.join(" | ")}) kind=${quoted(kindOf(option.completes))} ;;`];
  });
}

import type { Completion, Described, Option } from "../command-line/command.ts";
import { firstWords, groups, optionsOf, secondWords } from "./grammar.ts";

/** A completion script for fish. */
export function fishScript(commands: readonly Described[]): string {
  const first = [...firstWords(commands), { word: "help", does: "says what a command does" }];
  return `# fish completion for lxc-cni: lxc-cni completion fish > ~/.config/fish/completions/lxc-cni.fish

# Whether the words so far begin with a command; with a number before it, and so many words but options follow it.
function __lxc_cni_at
    set -l position ''
    if string match --quiet --regex '^[0-9]+$' -- $argv[1]
        set position $argv[1]
        set -e argv[1]
    end
    set -l words (commandline -opc)
    set -e words[1]
    test (count $words) -ge (count $argv); or return 1
    for word in $argv
        test "$words[1]" = "$word"; or return 1
        set -e words[1]
    end
    test -z "$position"; and return 0
    test (count (string match --invert --regex '^-' -- $words)) -eq $position
end

# Whether so many words are there.
function __lxc_cni_count
    test (count (commandline -opc)) -eq $argv[1]
end

complete -c lxc-cni -f
${wordLines("__lxc_cni_count 1", first).join("\n")}
${wordLines("__lxc_cni_at 0 help", firstWords(commands)).join("\n")}
${groups(commands)
  .flatMap((group) => wordLines(`__lxc_cni_count 2; and __lxc_cni_at ${group}`, secondWords(group, commands)))
  .join("\n")}
${commands.flatMap(commandLines).join("\n")}
`;
}

function wordLines(
  condition: string,
  words: readonly { readonly word: string; readonly does: string }[],
): string[] {
  return words.map(
    ({ word, does }) => `complete -c lxc-cni -n ${quoted(condition)} -a ${quoted(word)} -d ${quoted(does)}`,
  );
}

function commandLines(command: Described): string[] {
  const at = quoted(`__lxc_cni_at ${command.name}`);
  const options = optionsOf(command).map(
    ([name, option]) => `complete -c lxc-cni -n ${at} ${optionWords(name, option)} -d ${quoted(option.does)}`,
  );
  const parameters = command.parameters.flatMap(({ count, completes }, index) => {
    const isOpen = count === "some" || count === "any";
    const offer = offerOf(completes);
    if (offer === "") return [];
    const condition = isOpen
      ? `__lxc_cni_at ${command.name}; and not __lxc_cni_at ${Math.max(0, index - 1)} ${command.name}`
      : `__lxc_cni_at ${index} ${command.name}`;
    const place = isOpen && index === 0 ? `__lxc_cni_at ${command.name}` : condition;
    return [`complete -c lxc-cni -n ${quoted(place)} ${offer}`];
  });
  return [...options, ...parameters];
}

function optionWords(name: string, option: Option): string {
  const short = option.short === undefined ? "" : ` -s ${option.short}`;
  if (option.kind === "flag") return `-l ${name}${short}`;
  // -x: it has a value, which is no file; -r: which may be one.
  const value = option.completes === "file" ? "-r" : "-x";
  return `-l ${name}${short} ${value} ${offerOf(option.completes)}`.trimEnd();
}

function offerOf(completes: Completion): string {
  if (typeof completes !== "string") return `-a ${quoted(completes.join(" "))}`;
  switch (completes) {
    case "nothing":
      return "";
    case "file":
      return "-F";
    case "directory":
      return "-a '(__fish_complete_directories)'";
    default:
      return `-a '(lxc-cni completion ${completes}s 2> /dev/null)'`;
  }
}

/** In fish, a quote and a backslash within quotes have a backslash before them. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

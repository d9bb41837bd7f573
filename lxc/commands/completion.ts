import { listNetworkFiles } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import { type Command, command } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { zshScript } from "../completion/zsh.ts";
import { listContainers } from "../container/containers.ts";
import { lxcPathOf } from "../container/lxc-path.ts";
import { print } from "../output/print.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** What the scripts ask for while somebody types. */
const names = {
  containers: () => listContainers(lxcPathOf(undefined)).map(({ name }) => name),
  networks: () => listNetworkFiles(defaultDirectories).flatMap(({ network }) => network?.name ?? []),
} as const;

/**
 * `lxc-cni completion`
 *
 * @param commands Gives all commands, this one among them.
 */
export function completionOf(commands: () => readonly Command[]): Command {
  return command({
    name: "completion",
    summary: "prints a script that has a shell complete the words of lxc-cni",
    parameters: [{ name: "SHELL", count: "one", completes: Object.keys(scripts) }],
    options: {},
    description: `Prints a completion script for bash, zsh or fish. The scripts know every command and option of this version, and ask
"lxc-cni completion containers" and "lxc-cni completion networks" for names while you type.`,
    examples: [
      { line: "lxc-cni completion bash > /etc/bash_completion.d/lxc-cni", does: "for every user of bash" },
      {
        line: "lxc-cni completion zsh > /usr/local/share/zsh/site-functions/_lxc-cni",
        does: "the same for zsh",
      },
      { line: "lxc-cni completion fish > /etc/fish/completions/lxc-cni.fish", does: "the same for fish" },
    ],
    run({ words: [what = ""] }) {
      if (isKeyOf(scripts, what)) print(scripts[what](commands()));
      else if (isKeyOf(names, what)) print([...new Set(names[what]())].map((name) => `${name}\n`).join(""));
      else
        throw new UsageError(
          `there is no completion for ${what}, only for ${Object.keys(scripts).join(", ")}`,
        );
      return 0;
    },
  });
}

function isKeyOf<T extends object>(object: T, key: string): key is keyof T & string {
  return Object.hasOwn(object, key);
}

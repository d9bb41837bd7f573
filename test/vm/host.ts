import { type CommandOptions, type Outcome, outputOf } from "../fixture/command.ts";
import { makeContainer } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import type { Machine } from "./machine.ts";

/** Milliseconds that a command may take when its options do not say so. */
const commandDeadline = 20_000;

/**
 * Makes a host for a test in a virtual machine: with network, mounts, /run and /var/lib of its own, and the machine's
 * kernel and file system otherwise.
 */
export async function makeHost(machine: Machine): Promise<Host> {
  const booted = await machine.run(
    `{ unshare --mount --net --propagation private sh -ec ${quote(bootScript)} & } | { read -r pid && echo "$pid"; }`,
    commandDeadline,
  );
  const pid = Number(outputOf({ argv: ["unshare"], ...booted }));
  return hostOf(machine, pid, ["nsenter", `--target=${pid}`, "--mount", "--net", "--"]);
}

/** The machine as a host: nothing in it is kept from a test, and nothing of it is undone after one. */
export function wholeMachine(machine: Machine): Host {
  return hostOf(machine, 1, []);
}

function hostOf(machine: Machine, pid: number, enter: readonly string[]): Host {
  const host: Host = {
    pid,
    attempt: (argv, options) => attempt(machine, [...enter, ...argv], options),
    run: async (argv, options) => outputOf(await host.attempt(argv, options)),
    runAll: (commands, options) => Promise.all(commands.map((argv) => host.run(argv, options))),
    write: async (path, content, mode = 0o644) => {
      const script = 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"';
      await host.run(["sh", "-c", script, "sh", path, mode.toString(8)], { input: content });
    },
    container: (name) => makeContainer(host, name),
    end: async () => {
      await machine.run(`kill -KILL ${pid}`, commandDeadline);
    },
  };
  return host;
}

/** What the host's first process does: it prints its id and stays until it is killed. */
const bootScript = `
mount -t tmpfs tmpfs /run
mkdir /run/netns
mount -t tmpfs tmpfs /var/lib
mount -t sysfs sysfs /sys
ip link set lo up
echo $$
exec sleep infinity > /dev/null 2>&1
`;

async function attempt(
  machine: Machine,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${quote(value)} `);
  const directory = options.cwd === undefined ? "" : `cd ${quote(options.cwd)} && `;
  const command = `${directory}${variables.join("")}exec ${argv.map(quote).join(" ")}`;
  const code =
    options.input === undefined
      ? command
      : `printf %s ${quote(Buffer.from(options.input).toString())} | { ${command}; }`;
  return { argv, ...(await machine.run(code, options.deadline ?? commandDeadline)) };
}

/** A word of shell code that fits on a line: see {@linkcode Machine.run}. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll("\n", `'"$nl"'`)}'`;
}

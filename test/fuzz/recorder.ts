import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../fixture/host.ts";
import { standIn } from "../fixture/stand-in.ts";
import type { RecordedCommand } from "./commands.ts";

/** The programs that the plugins run. */
const programs = [
  ...["ip", "bridge", "nft"],
  ...["iptables", "iptables-restore", "iptables-save", "ip6tables", "ip6tables-restore", "ip6tables-save"],
];

/** What was run on a host. */
export interface Recorder {
  /** What the plugins ran since the last time, in the order of its beginning. */
  take(): Promise<RecordedCommand[]>;
}

/** Has every program on a host that plugins run write down what it is called with, before it does its work. */
export async function recordCommands(host: Host): Promise<Recorder> {
  await host.run(["mkdir", "-p", "/mnt/commands"]);
  for (const program of programs) {
    await standIn(host, program, (real) => [
      `directory=/mnt/commands/$(date +%s%N)-$$-${program}`,
      'mkdir "$directory"',
      `printf '%s\\0' "$@" > "$directory/arguments"`,
      'cat > "$directory/input"',
      `exec ${real} "$@" < "$directory/input"`,
    ]);
  }
  const root = `/proc/${host.pid}/root/mnt/commands`;
  return {
    take: async () => {
      const names = (await readdir(root)).sort();
      const commands = await Promise.all(names.map((name) => readRecord(root, name)));
      await host.run(["sh", "-c", "rm -rf /mnt/commands/*"]);
      return commands;
    },
  };
}

async function readRecord(root: string, name: string): Promise<RecordedCommand> {
  const words = await readFile(join(root, name, "arguments"), "utf8");
  return {
    program: name.replace(/^\d+-\d+-/, ""),
    arguments: words.split("\0").slice(0, -1),
    input: await readFile(join(root, name, "input"), "utf8"),
  };
}

import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildExecutables, projectRoot } from "../../../scripts/build/executables.mjs";
import type { Outcome } from "../../fixture/command.ts";
import type { Host } from "../../fixture/host.ts";

/** Where the sanitizers' reports go, of whatever process, on a test's host. */
const reports = "/mnt/reports";

/** Builds all executables with the sanitizers. @returns their directory */
export async function buildSanitized(outdir: string): Promise<string> {
  await buildExecutables({
    entries: [
      { name: "bridge", main: join(projectRoot, "plugins/bridge/main.ts") },
      { name: "host-local", main: join(projectRoot, "ipam/host-local/main.ts") },
      { name: "lxc-cni", main: join(projectRoot, "lxc/main.ts") },
    ],
    outdir,
    targets: ["bin"],
    sanitize: true,
  });
  return join(outdir, "bin");
}

/** Makes everything read-only that a host shares with the machine: a program may be told to write anywhere. */
export async function prepareHost(host: Host): Promise<void> {
  const script = `
    set -e
    for target in $(findmnt --raw --noheadings --output TARGET | sort -u | grep -vE '^/(mnt|etc|var|run|proc|sys)(/|$)'); do
      mount -o remount,bind,ro "$target"
    done
    mkdir -p /mnt/cwd ${reports}
    mkfifo /mnt/fifo
    if mkdir /tmp/writable 2> /dev/null; then rmdir /tmp/writable; echo "the machine is not protected" >&2; exit 1; fi
  `;
  await host.run(["bash", "-c", script]);
}

/** Variables that have every process leave its reports there, and with them the place of an error in our own code. */
export const watched = {
  ASAN_OPTIONS: `log_path=${reports}/asan:exitcode=99:handle_abort=1`,
  UBSAN_OPTIONS: `log_path=${reports}/ubsan:print_stacktrace=1`,
  LXC_CNI_DEBUG: "1",
} as const;

/** What the sanitizers have reported since the last time. */
export function takeReports(host: Host): string[] {
  const directory = `/proc/${host.pid}/root${reports}`;
  const texts = readdirSync(directory).map((name) =>
    readFileSync(join(directory, name), "utf8").slice(0, 6000),
  );
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  return texts;
}

/** What to run, in bytes: no text can say it, since it may be no UTF-8. */
export interface RawCall {
  readonly program: string;
  readonly words: readonly Uint8Array[];
  readonly environment: Readonly<Record<string, Uint8Array>>;
  readonly input: Uint8Array;
}

/** Runs it in a directory of its own. */
export function run(host: Host, { program, words, environment, input }: RawCall): Promise<Outcome> {
  const variables = {
    PATH: Buffer.from("/usr/sbin:/usr/bin:/sbin:/bin"),
    ...toBytes(watched),
    ...environment,
  };
  const script = `all=(); for word; do printf -v word '%b.' "$word"; all+=("\${word%.}"); done; exec env -i -C /mnt/cwd "\${all[@]}"`;
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${escaped(value)}`);
  const argv = ["bash", "-c", script, "bash", ...assignments, program, ...words.map(escaped)];
  return host.attempt(argv, { input, deadline: 60_000 });
}

/** For printf %b, without the zero byte, which no word can hold. */
function escaped(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) if (byte !== 0) text += `\\x${byte.toString(16).padStart(2, "0")}`;
  return text;
}

/** Texts as bytes. */
export function toBytes(texts: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
}

/** How it ended, where that was none of the ways that a program of ours should end. */
export function oddEndings({ status, output, errors }: Outcome, expected: readonly number[]): string[] {
  const odd = expected.includes(status) ? [] : [`status ${status}`];
  if (/^\s+at .*[:(]/m.test(errors + output)) odd.push("a stack trace");
  return odd.map((what) => `${what}: ${output.slice(0, 500)} ${errors.slice(0, 1500)}`);
}

import { readdir, readFile } from "node:fs/promises";
import { expect, vi } from "vitest";
import type { Outcome } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { anyVariant } from "../fixture/variants.ts";
import { test as lxcTest } from "../lxc/lxc.ts";
import { type Commands, commandsOf, root } from "./page.ts";

/** Somebody who does what a page says, on a host of their own. */
export interface Reader {
  /** Puts the executables where README.md has them put. */
  install(): Promise<void>;

  /**
   * Runs the commands of a page in order, and expects each to print what the page says.
   *
   * @param page Its path in the project.
   * @param options.instead What is done in place of commands that are not run here, by their first line.
   * @param options.before What befalls the host before the first commands below a heading.
   * @param options.after What is waited for after commands, by their first line.
   */
  follow(page: string, options?: { instead?: Script; before?: Script; after?: Script }): Promise<void>;
}

/** Commands for a shell, by what they belong to. */
export type Script = Readonly<Record<string, string>>;

/** A test that gets a host of its own, where no program was added, and somebody who reads. */
export const test = lxcTest.extend<{ reader: Reader }>({
  // LXC's fixture sees to it that LXC is there.
  reader: async ({ host, lxc, skip }, use) => {
    expect(lxc).toBeDefined();
    const variant = anyVariant();
    if (variant === undefined || !variant.directory.endsWith("/bin")) skip("needs the native executables");
    await prepare(host);
    await use({
      install: async () => {
        await host.run(["sh", "-ec", installation]);
      },
      follow: (page, options) => follow(host, page, options),
    });
    await endContainers(host);
  },
});

const directory = "/usr/libexec/lxc-cni";
const installation = `
install -D --target-directory=${directory} ${root}/dist/bin/bridge ${root}/dist/bin/host-local ${root}/dist/bin/lxc-cni
ln -s ${directory}/lxc-cni /usr/local/bin/lxc-cni
`;

/** Cgroups are the machine's: those of a container are told apart by the host, so that pages may call containers alike. */
const cgroupOf = (host: Host) => `lxccnitest-${host.pid}`;

async function prepare(host: Host): Promise<void> {
  const writable = ["/usr/lib", "/usr/libexec", "/usr/local"];
  for (const path of writable) {
    const [upper, work] = [`/mnt${path}`, `/mnt/.overlay${path}`];
    await host.run(["mkdir", "-p", upper, work]);
    const layers = `lowerdir=${path},upperdir=${upper},workdir=${work}`;
    await host.run(["mount", "-t", "overlay", "-o", layers, "overlay", path]);
  }
  await host.write("/etc/lxc/lxc.conf", `lxc.cgroup.pattern = ${cgroupOf(host)}/%n\n`);
}

async function follow(
  host: Host,
  page: string,
  { instead = {}, before = {}, after = {} }: { instead?: Script; before?: Script; after?: Script } = {},
): Promise<void> {
  const unused = new Set([...Object.keys(instead), ...Object.keys(before), ...Object.keys(after)]);
  for (const commands of commandsOf(page)) {
    const { heading, notRun, line, fails, output } = commands;
    if (unused.delete(heading) && heading in before) await host.run(["bash", "-ec", before[heading] ?? ""]);
    const [firstLine = ""] = commands.text.split("\n");
    unused.delete(firstLine);
    const text = notRun === undefined ? commands.text : (instead[firstLine] ?? "");
    const outcome = await run(host, { ...commands, text });
    const printed = plain(outcome.output);
    expect.soft({ place: `${page}:${line}`, failed: outcome.status !== 0, printed }).toEqual({
      place: `${page}:${line}`,
      failed: fails,
      printed: output === undefined ? printed : like(printed, plain(output)),
    });
    if (outcome.status !== 0 && !fails) return;
    if (firstLine in after) await host.run(["bash", "-ec", after[firstLine] ?? ""]);
    if (text.includes("lxc-stop") || (fails && text.includes("lxc-start"))) await monitorsEnd(host);
  }
  expect([...unused], "is not on the page").toEqual([]);
}

async function run(host: Host, { text, user, place }: Commands): Promise<Outcome> {
  const script = `set -e\ncd ${user === undefined ? root : "~"}\n{ ${text.trim() || ":"}\n} 2>&1`;
  const at = place === undefined ? [] : ["nsenter", `--net=/run/netns/${place}`];
  const shell = user === undefined ? ["bash", "-c"] : ["runuser", "--login", user, "--command"];
  return await host.attempt([...at, ...shell, script], {
    deadline: 60_000,
    env: { LC_ALL: "C.UTF-8" },
  });
}

/** A text in which everything is the same for everyone: columns are not aligned, and no time or process is named. */
function plain(text: string): string {
  return text
    .trimEnd()
    .replace(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, "MAC")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/process \d+/g, "process PID")
    .replace(/\d+\.\d+ ms/g, "TIME")
    .replace(/[^\S\n]+/g, " ")
    .replace(/ $/gm, "");
}

/** What a page shows, where `...` stands for what was printed there: lines where it is alone on a line, or part of one. */
function like(printed: string, shown: string): string {
  const lines = shown
    .split("\n")
    .map((line) => (/^ ?\.\.\.$/.test(line) ? lineOrMore : `${partsOf(line).join(".*")}\n`));
  return new RegExp(`^${lines.join("")}$`).test(`${printed}\n`) ? printed : shown;
}

const lineOrMore = "(?:.*\\n)*";
const partsOf = (line: string) =>
  line.split("...").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));

const patience = { timeout: 20_000, interval: 20 };

/** LXC runs the last hook of a container when lxc-stop, or an lxc-start that failed, has returned. */
async function monitorsEnd(host: Host): Promise<void> {
  await vi.waitFor(async () => {
    const running = (await host.run(["sh", "-c", "lxc-ls --running -1 2> /dev/null || true"])).split("\n");
    const left = (await monitors(host)).filter((name) => !running.includes(name));
    if (left.length > 0) throw new Error(`LXC is not done with ${left.join(", ")}`);
  }, patience);
}

/** The names of containers that LXC watches over. */
async function monitors(host: Host): Promise<string[]> {
  const proc = `/proc/${host.pid}/root/proc`;
  const ids = (await readdir(proc)).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(ids.map((id) => readFile(`${proc}/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.flatMap((line) => /^\[lxc monitor\] \S+ ([^\s\0]+)/.exec(line)?.[1] ?? []);
}

async function endContainers(host: Host): Promise<void> {
  const running = (await host.attempt(["lxc-ls", "--running", "-1"])).output.split("\n").filter(Boolean);
  await Promise.all(running.map((name) => host.attempt(["lxc-stop", "--name", name, "--kill"])));
  const remove = ["find", "/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*/*${cgroupOf(host)}*`];
  await vi.waitFor(() => host.run([...remove, "-exec", "rmdir", "{}", "+"]), patience);
}

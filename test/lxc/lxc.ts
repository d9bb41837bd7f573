import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { vi } from "vitest";
import type { CommandOptions, Outcome } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { test as hostTest } from "../fixture/test.ts";

/** LXC on a test's own host. */
export interface Lxc {
  /**
   * Creates a container from the busybox template.
   *
   * @param name Its name; a prefix is added that no other container on the machine has.
   * @param network The lines of its configuration that are about the network.
   * @param start How to run lxc-start: its environment is that of the hooks.
   */
  create(name: string, network: readonly string[], start: CommandOptions): Promise<LxcContainer>;
}

/** A real container. */
export interface LxcContainer {
  readonly name: string;

  /** Adds lines to its configuration. */
  configure(lines: readonly string[]): Promise<void>;

  /** Starts it. @throws CommandFailed with what LXC's log says when it does not start. */
  start(): Promise<void>;

  /** Starts it, which may fail, and then waits until LXC is done with it. */
  attemptStart(): Promise<Outcome>;

  /** Kills it, and waits until its last hook has run. */
  stop(): Promise<void>;

  /** Kills it, and does not wait for hooks that LXC runs after that. */
  stopInHaste(): Promise<void>;

  /** Reboots it from the inside and waits until it runs again. */
  reboot(): Promise<void>;

  /** Kills LXC's monitor, as the kernel does when memory runs out: no hook runs any more. */
  killMonitor(): Promise<void>;

  /** Runs a command in it. @returns What the command printed, without the last line end. */
  run(argv: readonly string[]): Promise<string>;

  /** Its IPv4 addresses with their prefix lengths. */
  addresses(): Promise<string[]>;
}

/** A test that gets LXC on a host of its own: `test("...", async ({ host, lxc }) => { ... })`. */
export const test = hostTest.extend<{ lxc: Lxc }>({
  lxc: async ({ host, skip }, use) => {
    if (!existsSync("/usr/bin/lxc-start")) skip("needs LXC (package lxc)");
    if (!existsSync("/usr/share/lxc/templates/lxc-busybox"))
      skip("needs LXC's templates (package lxc-templates)");
    const prefix = `lxccnitest-${host.pid}-`;
    await use({ create: (name, network, start) => create(host, `${prefix}${name}`, network, start) });
    await removeCgroups(host, prefix);
  },
});

async function create(
  host: Host,
  name: string,
  network: readonly string[],
  startOptions: CommandOptions,
): Promise<LxcContainer> {
  const directory = `/var/lib/lxc/${name}`;
  await host.run(["lxc-create", "--name", name, "--template", "busybox", "--config", "/dev/null"]);
  // udhcpc takes the address away that CNI gave, on its way to ask for another one.
  await host.run(["sed", "-i", "/udhcpc/d", `${directory}/rootfs/etc/init.d/rcS`]);

  const log = `${directory}/log`;
  const startCommand = ["lxc-start", "--name", name, "--logfile", log, "--logpriority", "DEBUG"];
  const attach = ["lxc-attach", "--clear-env", "--name", name, "--"];
  const container: LxcContainer = {
    name,
    configure: async (lines) => {
      await host.run(["tee", "-a", `${directory}/config`], { input: `${lines.join("\n")}\n` });
    },
    start: async () => {
      const outcome = await host.attempt(startCommand, startOptions);
      if (outcome.status === 0) return;
      throw new Error(
        `${name} did not start\n${outcome.errors}\n${await host.run(["tail", "-n", "60", log])}`,
      );
    },
    attemptStart: async () => {
      const outcome = await host.attempt(startCommand, startOptions);
      if (outcome.status !== 0) await monitorEnds(host, name);
      return outcome;
    },
    stop: async () => {
      await container.stopInHaste();
      await monitorEnds(host, name);
    },
    stopInHaste: async () => {
      await host.run(["lxc-stop", "--kill", "--name", name]);
    },
    reboot: async () => {
      const before = await initOf(host, name);
      // The attached process often ends before it can say that all went well.
      await host.attempt([...attach, "reboot", "-f"]);
      await vi.waitFor(async () => {
        const now = await initOf(host, name);
        if (now === before) throw new Error(`${name} has not rebooted: its init is still process ${before}`);
      }, patience);
      await host.run(["lxc-wait", "--name", name, "--state", "RUNNING", "--timeout", "10"]);
    },
    killMonitor: async () => {
      for (const id of await monitorsOf(host, name)) await host.run(["kill", "-KILL", id]);
      await monitorEnds(host, name);
      await host.run(["lxc-wait", "--name", name, "--state", "STOPPED", "--timeout", "10"]);
    },
    run: (argv) => host.run([...attach, ...argv]),
    addresses: async () => {
      const text = await container.run(["ip", "-4", "address", "show", "scope", "global"]);
      return [...text.matchAll(/inet (\S+)/g)].map(([, address = ""]) => address);
    },
  };
  await container.configure(network);
  return container;
}

const patience = { timeout: 10_000, interval: 20 };

function monitorEnds(host: Host, name: string): Promise<void> {
  return vi.waitFor(async () => {
    const left = await monitorsOf(host, name);
    if (left.length > 0) throw new Error(`${name}: LXC's monitor has not ended: process ${left.join(", ")}`);
  }, patience);
}

/** The processes, as the host counts them, that LXC has watching over a container. */
async function monitorsOf(host: Host, name: string): Promise<string[]> {
  const proc = `/proc/${host.pid}/root/proc`;
  const ids = (await readdir(proc)).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(ids.map((id) => readFile(`${proc}/${id}/cmdline`, "utf8").catch(() => "")));
  return ids.filter((_, at) => /^\[lxc monitor\] \S+ (\S+?)\0*$/.exec(lines[at] ?? "")?.[1] === name);
}

async function initOf(host: Host, name: string): Promise<string> {
  return host.run(["lxc-info", "--name", name, "--pid", "--no-humanize"]);
}

/** Ends the containers whose names have a prefix, and removes the cgroups that a killed monitor leaves. */
async function removeCgroups(host: Host, prefix: string): Promise<void> {
  const names = (await host.run(["lxc-ls", "-1"])).split(/\s+/).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => host.attempt(["lxc-stop", "--kill", "--name", name])));
  const remove = ["find", "/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*/lxc.*${prefix}*`];
  await vi.waitFor(() => host.run([...remove, "-exec", "rmdir", "{}", "+"]), patience);
}

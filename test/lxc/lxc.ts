import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { vi } from "vitest";
import type { Outcome } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { test as hostTest } from "../fixture/test.ts";

/** LXC on a test's own host. */
export interface Lxc {
  /**
   * Creates a container from the busybox template.
   *
   * @param name Its name; a prefix is added that no other container on the machine has.
   * @param network The lines of its configuration that are about the network.
   */
  create(name: string, network: readonly string[], options?: CreateOptions): Promise<LxcContainer>;

  /**
   * Copies a container by lxc-copy, which may fail.
   *
   * @param name As for {@linkcode create}.
   */
  copy(container: LxcContainer, name: string): Promise<{ outcome: Outcome; copy: LxcContainer }>;
}

/** How to create a container. */
export interface CreateOptions {
  /** The environment of lxc-start, which becomes that of the hooks. */
  readonly env?: Readonly<Record<string, string>>;
  /** The directory that LXC keeps it in; LXC's usual one when absent. */
  readonly path?: string;
  /** Have its root be an ordinary user of the host: user and group ids from 100000 on, of root's own (subuid(5)). */
  readonly idmapped?: boolean;
}

const usualPath = "/var/lib/lxc";

/** A real container. */
export interface LxcContainer {
  readonly name: string;
  /** The directory that LXC keeps it in. */
  readonly path: string;

  /** Its configuration file. */
  readonly configFile: string;

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

  /** Kills it, whatever state it is in. */
  end(): Promise<void>;

  /** Reboots it from the inside and waits until it runs again. */
  reboot(): Promise<void>;

  /** Stops all its processes where they are. */
  freeze(): Promise<void>;

  /** Has them go on. */
  unfreeze(): Promise<void>;

  /** Removes it, when it has been stopped. */
  destroy(): Promise<void>;

  /** Kills LXC's monitor, as the kernel does when memory runs out: no hook runs any more. */
  killMonitor(): Promise<void>;

  /** Its first process, as the host counts processes. */
  init(): Promise<string>;

  /** Runs a command in it. @returns What the command printed, without the last line end. */
  run(argv: readonly string[]): Promise<string>;

  /** Its addresses with their prefix lengths. @param family 4 when absent */
  addresses(family?: 4 | 6): Promise<string[]>;

  /** The MAC of an interface. */
  mac(name: string): Promise<string>;
}

/** A test that gets LXC on a host of its own: `test("...", async ({ host, lxc }) => { ... })`. */
export const test = hostTest.extend<{ lxc: Lxc }>({
  lxc: async ({ host, skip }, use) => {
    if (!existsSync("/usr/bin/lxc-start")) skip("needs LXC (package lxc)");
    if (!existsSync("/usr/share/lxc/templates/lxc-busybox"))
      skip("needs LXC's templates (package lxc-templates)");
    const prefix = `lxccnitest-${host.pid}-`;
    const created: LxcContainer[] = [];
    await use({
      create: async (name, network, options) => {
        const container = await create(host, `${prefix}${name}`, network, options);
        created.push(container);
        return container;
      },
      copy: async ({ name: source, path }, name) => {
        const copy = containerAt(host, `${prefix}${name}`, { path });
        created.push(copy);
        const words = ["--lxcpath", path, "--name", source, "--newname", copy.name];
        return { outcome: await host.attempt(["lxc-copy", ...words]), copy };
      },
    });
    await Promise.all(created.map((container) => container.end()));
    await removeCgroups(host, prefix);
  },
});

async function create(
  host: Host,
  name: string,
  network: readonly string[],
  options: CreateOptions = {},
): Promise<LxcContainer> {
  const { path = usualPath, idmapped = false } = options;
  const which = ["--lxcpath", path, "--name", name];
  await host.run(["mkdir", "-p", path]);
  await host.run(["lxc-create", ...which, "--template", "busybox", "--config", "/dev/null"]);
  // udhcpc takes the address away that CNI gave, on its way to ask for another one.
  await host.run(["sed", "-i", "/udhcpc/d", `${path}/${name}/rootfs/etc/init.d/rcS`]);
  const container = containerAt(host, name, options);
  await container.configure(network);
  if (idmapped) await mapIds(host, container);
  return container;
}

/** Gives a container's root ids of its own. Also root may map only those that are its own (newuidmap(1)). */
async function mapIds(host: Host, container: LxcContainer): Promise<void> {
  const directory = `${container.path}/${container.name}`;
  for (const file of ["/etc/subuid", "/etc/subgid"]) await host.write(file, "root:100000:65536\n");
  await host.run(["chown", "-R", "100000:100000", `${directory}/rootfs`]);
  await host.run(["chmod", "a+x", container.path, directory]);
  await container.configure(["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"]);
}

/** A container that LXC has, or is going to have. */
export function containerAt(
  host: Host,
  name: string,
  { env = {}, path = usualPath }: CreateOptions = {},
): LxcContainer {
  const which = ["--lxcpath", path, "--name", name];
  const log = `${path}/${name}/log`;
  const start = ["lxc-start", ...which, "--logfile", log, "--logpriority", "DEBUG"];
  const stop = ["lxc-stop", ...which, "--kill"];
  const attach = ["lxc-attach", ...which, "--clear-env", "--"];
  const init = () => host.run(["lxc-info", ...which, "--pid", "--no-humanize"]);
  const monitors = () => monitorsOf(host, `${path} ${name}`);
  const monitorEnds = () =>
    vi.waitFor(async () => {
      const left = await monitors();
      if (left.length > 0)
        throw new Error(`${name}: LXC's monitor has not ended: process ${left.join(", ")}`);
    }, patience);

  const container: LxcContainer = {
    name,
    configFile: `${path}/${name}/config`,
    path,
    configure: async (lines) => {
      await host.run(["tee", "-a", `${path}/${name}/config`], { input: `${lines.join("\n")}\n` });
    },
    start: async () => {
      const outcome = await host.attempt(start, { env });
      if (outcome.status === 0) return;
      const report = await host.attempt(["grep", "-E", "produced output| ERROR ", log]);
      throw new Error(`${name} did not start\n${outcome.errors}${report.output}`);
    },
    attemptStart: async () => {
      const outcome = await host.attempt(start, { env });
      if (outcome.status !== 0) await monitorEnds();
      return outcome;
    },
    stop: async () => {
      await container.stopInHaste();
      await monitorEnds();
    },
    stopInHaste: async () => {
      await host.run(stop);
    },
    end: async () => {
      await host.attempt(stop);
    },
    init,
    reboot: async () => {
      const before = await init();
      // The attached process often ends before it can say that all went well.
      await host.attempt([...attach, "reboot", "-f"]);
      await vi.waitFor(async () => {
        if ((await init()) === before)
          throw new Error(`${name} has not rebooted: its init is still ${before}`);
      }, patience);
      await host.run(["lxc-wait", ...which, "--state", "RUNNING", "--timeout", "10"]);
    },
    freeze: async () => {
      await host.run(["lxc-freeze", ...which]);
    },
    unfreeze: async () => {
      await host.run(["lxc-unfreeze", ...which]);
    },
    destroy: async () => {
      await host.run(["lxc-destroy", ...which]);
    },
    killMonitor: async () => {
      for (const id of await monitors()) await host.run(["kill", "-KILL", id]);
      await monitorEnds();
      await host.run(["lxc-wait", ...which, "--state", "STOPPED", "--timeout", "10"]);
    },
    run: (argv) => host.run([...attach, ...argv]),
    addresses: async (family = 4) => {
      const text = await container.run(["ip", `-${family}`, "address", "show", "scope", "global"]);
      return [...text.matchAll(/inet6? (\S+)/g)].map(([, address = ""]) => address);
    },
    mac: (link) => container.run(["cat", `/sys/class/net/${link}/address`]),
  };
  return container;
}

const patience = { timeout: 10_000, interval: 20 };

/** The processes, as the host counts them, that LXC has watching over a container (`LXCPATH NAME`). */
async function monitorsOf(host: Host, which: string): Promise<string[]> {
  const proc = `/proc/${host.pid}/root/proc`;
  const ids = (await readdir(proc)).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(ids.map((id) => readFile(`${proc}/${id}/cmdline`, "utf8").catch(() => "")));
  return ids.filter((_, at) => lines[at]?.replace(/\0+$/, "") === `[lxc monitor] ${which}`);
}

/** Removes the cgroups that a killed monitor leaves. */
async function removeCgroups(host: Host, prefix: string): Promise<void> {
  const remove = ["find", "/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*/lxc.*${prefix}*`];
  await vi.waitFor(() => host.run([...remove, "-exec", "rmdir", "{}", "+"]), patience);
}

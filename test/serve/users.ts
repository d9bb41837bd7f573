import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { type Outcome, outputOf } from "../fixture/command.ts";
import { startSleeper } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { test as onHost } from "../fixture/test.ts";
import { variants } from "../fixture/variants.ts";

/** The native executables: what ordinary users' networks need. */
const native = variants.find(({ directory }) => directory.endsWith("/bin"));

/** The socket of the tests' service. */
export const socket = "/run/lxc-cni/serve.sock";

/** Two ordinary users. */
export const [alice, bob] = [4242, 4243];

/** A container that an ordinary user has started: a first process in a user and network namespace of the user's. */
export interface UserContainer {
  readonly user: number;
  readonly name: string;
  readonly pid: string;
  /** Calls the hook as LXC does for the user. */
  hook(type: HookType, words?: readonly string[]): Promise<Outcome>;
  /** Runs a command in its network namespace. */
  run(argv: readonly string[]): Promise<string>;
  attempt(argv: readonly string[]): Promise<Outcome>;
  /** The IPv4 address of eth0, without the length of its prefix. */
  address(): Promise<string | undefined>;
  /** Ends its first process, and waits until it has. */
  end(): Promise<void>;
}

export type HookType = "start-host" | "stop" | "post-stop" | "destroy";

/** A test on a host where ordinary users may ask for networks. */
export interface Users {
  /** A directory with lxc-cni that everybody can read. */
  readonly directory: string;
  /**
   * Starts the service, and waits until it listens.
   *
   * @param argv How; listening by itself when absent.
   * @param path Where; at the usual place when absent.
   * @returns its process id.
   */
  serve(argv?: readonly string[], path?: string): Promise<string>;
  container(user: number, name: string): Promise<UserContainer>;
  /** Sends something to the service. @returns its answer */
  send(user: number, request: unknown, files?: readonly string[]): Promise<unknown>;
}

export const test = onHost.extend<{ users: Users }>({
  users: async ({ host, skip }, use) => {
    if (native === undefined) return skip("needs the native executables");
    const directory = mkdtempSync(join(tmpdir(), "lxc-cni-users-"));
    chmodSync(directory, 0o755);
    cpSync(native.directory, directory, { recursive: true });
    await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(recipe));
    await use({
      directory,
      serve: (argv = [`${directory}/lxc-cni`, "serve", "--socket", socket], path = socket) =>
        start(host, directory, argv, path),
      container: (user, name) => makeUserContainer(host, directory, user, name),
      send: (user, request, files = []) => send(host, user, request, files),
    });
    rmSync(directory, { recursive: true, force: true });
  },
});

/** What makes another user of root. */
export function asUser(user: number): string[] {
  return ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
}

async function start(host: Host, directory: string, argv: readonly string[], path: string): Promise<string> {
  const script = `"$@" < /dev/null >> ${directory}/log 2>&1 & echo $!`;
  const pid = await host.run(["sh", "-c", script, "sh", ...argv]);
  await expect.poll(async () => (await host.attempt(["test", "-S", path])).status).toBe(0);
  return pid;
}

async function makeUserContainer(
  host: Host,
  directory: string,
  user: number,
  name: string,
): Promise<UserContainer> {
  const unshare = ["unshare", "--user", "--map-root-user", "--net"];
  const pid = await host.run([...asUser(user), ...unshare, "sh", "-c", startSleeper]);
  const enter = ["nsenter", `--net=/proc/${pid}/ns/net`, "--"];
  const env = {
    LXC_NAME: name,
    LXC_CONFIG_FILE: `/home/${user}/lxc/${name}/config`,
    LXC_HOOK_VERSION: "1",
    LXC_PID: pid,
    CNI_PATH: "/home/evil",
  };
  const container: UserContainer = {
    user,
    name,
    pid,
    hook: (type, words = ["simplenet"]) =>
      host.attempt([...asUser(user), `${directory}/lxc-cni`, "hook", ...words], {
        env: { ...env, LXC_HOOK_TYPE: type },
      }),
    attempt: (argv) => host.attempt([...enter, ...argv]),
    run: async (argv) => outputOf(await container.attempt(argv)),
    address: async () =>
      /inet ([0-9.]+)/.exec(
        (await container.attempt(["ip", "-4", "address", "show", "dev", "eth0"])).output,
      )?.[1],
    end: async () => {
      await host.run(["kill", "-KILL", pid]);
      const isThere = async () => (await host.attempt(["test", "-e", `/proc/${pid}/ns/net`])).status === 0;
      await expect.poll(isThere).toBe(false);
    },
  };
  return container;
}

async function send(host: Host, user: number, request: unknown, files: readonly string[]): Promise<unknown> {
  const text = typeof request === "string" ? request : JSON.stringify(request);
  const client = join(import.meta.dirname, "client.py");
  const output = await host.run(["/usr/bin/python3", client, String(user), socket, text, ...files]);
  return JSON.parse(output);
}

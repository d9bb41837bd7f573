import { vi } from "vitest";
import type { CommandOptions, Outcome } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { cgroupOf, removeCgroup } from "./cgroups.ts";
import { kill, loseMemory } from "./crash.ts";
import { type Pods, podsAt } from "./cri/pods.ts";
import { image, makeImage } from "./image.ts";
import { hostWith } from "./installed.ts";
import type { NetworkList } from "./networks.ts";

/** containerd, running on a host of its own. */
export interface Containerd {
  readonly host: Host;
  readonly pods: Pods;
  /** Runs its command `ctr`. @throws CommandFailed when its status is not 0. */
  ctr(words: readonly string[], options?: CommandOptions): Promise<string>;
  /**
   * Runs a container in the foreground: `ctr run --rm --cni`.
   *
   * @param command What it runs; it serves its name when absent.
   * @returns how it ended
   */
  run(name: string, command?: readonly string[]): Promise<Outcome>;
  /** Starts one that stays when `ctr run --detach` has ended. */
  start(name: string): Promise<void>;
  /** The network namespace of a container, once it runs. */
  netnsOf(name: string): Promise<string>;
  /** Puts a network in the place of the one that was there, and waits until it is in force for pods, too. */
  configure(network: NetworkList): Promise<void>;
  /** Kills the daemon, and starts it again. Containers go on. */
  restart(): Promise<void>;
  /** Loses what a crash of the host loses, and starts again. */
  crash(): Promise<void>;
  clear(): Promise<void>;
  end(): Promise<void>;
}

/** Starts containerd. @returns why that cannot be on this machine, in place of it */
export async function startContainerd(
  runtime: "containerd-1" | "containerd-2",
): Promise<Containerd | string> {
  const host = await hostWith(runtime);
  if (typeof host === "string") return host;
  const cgroup = cgroupOf(host);
  const pods = podsAt(`/proc/${host.pid}/root${socket}`, cgroup);
  const ctr: Containerd["ctr"] = (words, options) =>
    host.run(["ctr", "--address", socket, ...words], { deadline: patience.timeout, ...options });

  const which = (name: string) => ["--cgroup", `${cgroup}/${name}`, "--env", `NAME=${name}`, image, name];

  const start = async () => {
    await host.run(["sh", "-c", `containerd --config /mnt/runtime/config.toml < /dev/null >> ${log} 2>&1 &`]);
    await vi.waitFor(() => Promise.all([ctr(["version"]), pods.network()]), patience);
  };
  await host.write("/mnt/runtime/config.toml", configuration);
  await start();
  const archive = await makeImage(host);
  for (const namespace of ["default", "k8s.io"])
    await ctr(["--namespace", namespace, "image", "import", archive]);

  return {
    host,
    pods,
    ctr,
    run: (name, command = []) => {
      const argv = ["ctr", "--address", socket, "run", "--rm", "--cni", ...which(name), ...command];
      return host.attempt(argv, { deadline: patience.timeout });
    },
    start: async (name) => {
      await ctr(["run", "--detach", "--cni", ...which(name)]);
    },
    netnsOf: (name) =>
      vi.waitFor(async () => {
        const [, pid] =
          new RegExp(`^${name}\\s+(\\d+)\\s+RUNNING`, "m").exec(await ctr(["task", "ls"])) ?? [];
        if (pid === undefined) throw new Error(`${name} does not run yet`);
        return `/proc/${pid}/ns/net`;
      }, patience),
    configure: async (network) => {
      await host.write("/etc/cni/net.d/10-network.conflist", JSON.stringify(network));
      await vi.waitFor(async () => {
        const { ready, configuration } = await pods.network();
        if (!ready || !configuration.includes(JSON.stringify(network.name)))
          throw new Error(`containerd has not taken up the network: ${configuration}`);
      }, patience);
    },
    restart: async () => {
      await kill(host, ["containerd"]);
      await start();
    },
    crash: async () => {
      // "httpd" is what the containers are.
      await kill(host, ["containerd", "containerd-shim", "httpd"]);
      await loseMemory(host, [state, "/run/containerd", "/run/lxc-cni"]);
      await start();
    },
    clear: async () => {
      for (const pod of await pods.list()) await pods.remove(pod);
      for (const name of lines(await ctr(["task", "ls", "--quiet"])))
        await ctr(["task", "delete", "--force", name]);
      for (const name of lines(await ctr(["container", "ls", "--quiet"])))
        await ctr(["container", "delete", name]);
    },
    end: async () => {
      await host.end();
      await removeCgroup(cgroup);
    },
  };
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

const patience = { timeout: 60_000, interval: 50 };
const socket = "/mnt/runtime/containerd.sock";
const state = "/mnt/runtime/state";
const log = "/mnt/runtime/log";

/**
 * The sandbox image is what a pod's first container is made of. Without restrict_oom_score_adj a machine that lacks
 * CAP_SYS_RESOURCE starts no pod.
 */
const configuration = `
version = 2
root = "/mnt/runtime/root"
state = "${state}"
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${socket}.ttrpc"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/opt/cni/bin"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${image}"
  disable_apparmor = true
  restrict_oom_score_adj = true
`;

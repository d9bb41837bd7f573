import type { CommandOptions } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { cgroupOf, removeCgroup } from "./cgroups.ts";
import { image, makeImage } from "./image.ts";
import { hostWith } from "./installed.ts";
import { type Place, placeIn } from "./traffic.ts";

/** podman and buildah, on a host of their own. */
export interface Podman {
  readonly host: Host;
  /** The cgroup that containers are to be in. */
  readonly cgroup: string;
  /** Runs `podman`. @throws CommandFailed when its status is not 0. */
  podman(words: readonly string[], options?: CommandOptions): Promise<string>;
  /** Starts a container that serves its name: `podman run --detach`. @param options What is said before the image. */
  start(name: string, options?: readonly string[]): Promise<Place>;
  /** Makes a pod whose first container serves the pod's name. @param options What is said of it besides. */
  startPod(name: string, options: readonly string[]): Promise<void>;
  /** Runs a command in a container that exists for it alone: `podman run --rm`. */
  runOnce(options: readonly string[], command: readonly string[]): Promise<string>;
  /** Stops containers at once, and removes them. */
  remove(...names: readonly string[]): Promise<void>;
  clear(): Promise<void>;
  end(): Promise<void>;
}

/** Sets podman up. @returns why that cannot be on this machine, in place of it */
export async function setUpPodman(): Promise<Podman | string> {
  const host = await hostWith("podman");
  if (typeof host === "string") return host;
  const cgroup = cgroupOf(host);
  await host.run(["mkdir", "-p", "/etc/containers"]);
  for (const [name, content] of Object.entries(files)) await host.write(`/etc/containers/${name}`, content);

  const podman: Podman["podman"] = (words, options) =>
    host.run(["podman", ...words], { deadline: 60_000, ...options });
  const placeOf = async (name: string) =>
    placeIn(host, `/proc/${await podman(["inspect", "--format", "{{.State.Pid}}", name])}/ns/net`);
  await podman(["load", "--input", await makeImage(host)]);
  return {
    host,
    cgroup,
    podman,
    start: async (name, options = []) => {
      const where = ["--cgroup-parent", cgroup, "--name", name, "--hostname", name];
      await podman(["run", "--detach", ...where, ...options, image]);
      return placeOf(name);
    },
    startPod: async (name, options) => {
      await podman(["pod", "create", "--cgroup-parent", cgroup, "--name", name, ...options]);
      await podman(["pod", "start", name]);
    },
    runOnce: (options, command) =>
      podman(["run", "--rm", "--cgroup-parent", cgroup, ...options, image, ...command]),
    remove: async (...names) => {
      await podman(["rm", "--force", "--time", "0", ...names]);
    },
    clear: async () => {
      await podman(["pod", "rm", "--all", "--force", "--time", "0"]);
      await podman(["rm", "--all", "--force", "--time", "0"]);
    },
    end: async () => {
      await host.end();
      await removeCgroup(cgroup);
    },
  };
}

/**
 * What stands in /etc/containers. podman's own files are where snapshots do not look.
 *
 * runc, since crun refuses the cgroups that some machines have; default_ulimits, since one may lack
 * CAP_SYS_RESOURCE.
 */
const files = {
  "containers.conf": `
[network]
network_backend = "cni"
cni_plugin_dirs = ["/opt/cni/bin"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
infra_image = "${image}"
tmp_dir = "/mnt/runtime/tmp"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
`,
  "storage.conf": `
[storage]
driver = "overlay"
graphroot = "/mnt/runtime/storage"
runroot = "/mnt/runtime/run"
`,
  "policy.json": JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }),
};

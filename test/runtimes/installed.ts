import { unpackedBy } from "../fixture/debian-package.ts";
import { goPlugins } from "../fixture/go-plugins.ts";
import { bootHost, type Host, missingForHosts } from "../fixture/host.ts";
import { anyVariant } from "../fixture/variants.ts";
import { callsDirectory, recorder } from "./calls.ts";

/** The runtimes that scripts/container-runtime knows. */
export type RuntimeName = "containerd-1" | "containerd-2" | "podman";

/**
 * A host with a container runtime and plugins in /opt/cni/bin: ours for `bridge` and `host-local`, the Go ones for
 * `portmap`, `firewall`, `tuning` and `loopback`.
 *
 * @returns why there can be none on this machine, in place of it
 */
export async function hostWith(runtime: RuntimeName): Promise<Host | string> {
  const reason = await missingForHosts();
  if (reason !== undefined) return reason;
  const ours = anyVariant();
  if (ours === undefined) return "needs dist (npm run build says why it could not be built)";
  const go = await goPlugins("1.9.1");
  if (go.missing !== undefined) return go.missing;
  const packages = await unpackedBy(["container-runtime", runtime]);
  if ("missing" in packages) return `needs the runtime ${runtime}: ${packages.missing}`;

  const host = await bootHost({ keep: process.env.LXC_CNI_KEEP === "1" });
  await host.run(["sh", "-ec", install, "install", ...packages.directories]);
  for (const plugin of goOnes) await host.run(["ln", "-s", `${go.directory}/${plugin}`, plugins]);
  for (const plugin of ourOnes) {
    await host.write(`${plugins}/${plugin}`, recorder(`${ours.directory}/${plugin}`), 0o755);
  }
  await host.run(["mkdir", callsDirectory]);
  return host;
}

const plugins = "/opt/cni/bin";
const goOnes = ["portmap", "firewall", "tuning", "loopback"];
const ourOnes = ["bridge", "host-local"];

/**
 * Puts the programs of unpacked packages where they are found, and those of their libraries that the machine has not.
 *
 * The directories are the host's own: /etc with the cache of libraries is, and the others are made so here.
 */
const install = `
have=$(ldconfig -p)
mkdir -p /mnt/runtime/lib /mnt/opt /mnt/.overlay/opt
mount -t overlay -o lowerdir=/opt,upperdir=/mnt/opt,workdir=/mnt/.overlay/opt overlay /opt
mount -t tmpfs -o mode=755 tmpfs /usr/local/sbin
mkdir -p ${plugins}
for package in "$@"; do
  for program in "$package"/usr/bin/* "$package"/usr/sbin/*; do
    [ ! -f "$program" ] || ln -sf "$program" /usr/local/sbin/
  done
  for plugin in "$package"/usr/lib/cni/*; do
    [ ! -f "$plugin" ] || ln -sf "$plugin" ${plugins}/
  done
  for library in "$package"/usr/lib/*-linux-gnu*/*.so.* "$package"/lib/*-linux-gnu*/*.so.*; do
    case $have in *"\${library##*/} "*) ;; *) [ ! -f "$library" ] || ln -sf "$library" /mnt/runtime/lib/ ;; esac
  done
done
echo /mnt/runtime/lib > /etc/ld.so.conf.d/zz-runtime.conf
ldconfig
`;

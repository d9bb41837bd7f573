// Builds a plugin and calls it on a host that lives as long as the call; see usage.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutables, projectRoot } from "./build/executables.mjs";

const usage = `usage: npm run dev -- [--bin] PLUGIN VERB... [FILE]

Builds bridge and host-local, boots a host (a network namespace, /run and /var/lib of its own) with one container, calls
PLUGIN for each VERB, and prints what it answered, how long it took, and what host and container look like afterwards.
The machine's own network is not touched. Needs root.

  PLUGIN  bridge or host-local
  VERB    ADD, DEL, VERSION; several are called one after the other
  FILE    the network configuration; the recipe's when absent
  --bin   build native executables; bundles for Node.js when absent, which takes less time

Variables that begin with CNI_ or LXC_CNI_ are handed on: CNI_ARGS, CNI_IFNAME, LXC_CNI_LINKS=iproute2, LXC_CNI_DEBUG=1.

  npm run dev -- bridge ADD
  npm run dev -- bridge ADD ADD DEL my-network.conf
  CNI_ARGS=IP=10.10.0.9 npm run dev -- --bin host-local ADD
`;

/** What the recipe has in /etc/lxc/simplebridge.cni. */
const recipe = {
  cniVersion: "0.3.1",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  forceAddress: false,
  ipMasq: true,
  hairpinMode: true,
  ipam: { type: "host-local", subnet: "10.10.0.0/16" },
};

/** Runs on the new host. $1 is the plugin, $2 on are the verbs; the configuration comes by standard input. */
const script = `
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
ip link set lo up
ip netns add c1
configuration=$(cat)
plugin=$1
shift

on() { if [ "$1" = container ]; then ip netns exec c1 "\${@:2}"; else "\${@:2}"; fi; }
title() { printf '\\n== %s\\n' "$*"; }

for verb; do
  title "$(basename "$plugin") $verb"
  start=$EPOCHREALTIME
  CNI_COMMAND=$verb "$plugin" <<< "$configuration"
  status=$?
  end=$EPOCHREALTIME
  printf '\\n(status %s, %s ms)\\n' "$status" "$(((\${end/./} - \${start/./}) / 1000))"
done

for side in host container; do
  title "$side: links"
  on $side ip -brief link | grep -v '^lo ' || echo "(none)"
  title "$side: addresses"
  on $side ip -brief address | grep -v '^lo ' || echo "(none)"
  title "$side: routes"
  { on $side ip route; on $side ip -6 route; } | grep . || echo "(none)"
  title "$side: rules"
  for command in iptables ip6tables; do
    if command -v $command > /dev/null; then on $side $command -t nat -S | grep -v '^-P'; fi
  done | grep . || echo "(none)"
done
title "host: state"
find /var/lib /run/lxc-cni -type f -exec sh -c 'printf "%s  " "$1"; tr "\\r\\n" " " < "$1"; echo' sh {} \\; 2> /dev/null
exit "$status"
`;

const { target, plugin, verbs, configuration } = parse(process.argv.slice(2));
const outdir = mkdtempSync(join(tmpdir(), "lxc-cni-dev-"));
try {
  const entries = [
    { name: "bridge", main: join(projectRoot, "plugins/bridge/main.ts") },
    { name: "host-local", main: join(projectRoot, "ipam/host-local/main.ts") },
  ];
  await buildExecutables({ entries, outdir, targets: [target] });
  process.exitCode = callOnOwnHost(join(outdir, target));
} catch (error) {
  fail(error.message);
} finally {
  rmSync(outdir, { recursive: true });
}

/** Makes the host, does what is to be done on it, and returns the exit status of the last call. */
function callOnOwnHost(directory) {
  const unshare = ["--mount", "--net", "--propagation", "private", "bash", "-c", script, "dev"];
  const defaults = {
    CNI_CONTAINERID: "c1",
    CNI_NETNS: "/run/netns/c1",
    CNI_IFNAME: "eth0",
    CNI_PATH: directory,
  };
  const { status, error } = spawnSync("unshare", [...unshare, join(directory, plugin), ...verbs], {
    cwd: "/",
    env: { ...defaults, ...process.env },
    input: configuration,
    stdio: ["pipe", "inherit", "inherit"],
  });
  if (error !== undefined) throw error;
  return status ?? 1;
}

function parse(words) {
  const target = words[0] === "--bin" ? "bin" : "js";
  const [plugin, ...rest] = target === "bin" ? words.slice(1) : words;
  const verbs = rest.filter((word) => /^[A-Z]+$/.test(word));
  const files = rest.filter((word) => !/^[A-Z]+$/.test(word));
  if (plugin === "--help" || plugin === "-h") {
    process.stdout.write(usage);
    process.exit();
  }
  if (!["bridge", "host-local"].includes(plugin) || verbs.length === 0 || files.length > 1) {
    process.stderr.write(usage);
    process.exit(2);
  }
  if (process.getuid() !== 0) fail("this needs root: it makes namespaces");
  return { target, plugin, verbs, configuration: read(files[0]) };
}

function read(file) {
  if (file === undefined) return JSON.stringify(recipe);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return fail(error.message);
  }
}

function fail(reason) {
  process.stderr.write(`dev: ${reason}\n`);
  process.exit(1);
}

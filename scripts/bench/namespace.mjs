import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Runs a script of Node.js on a host of its own: network, mounts and processes of its own, /etc and /var/lib copied on
 * write, nothing in /run, and nothing of CNI in either. All of it vanishes with the script.
 *
 * @param {string} script Its path.
 * @param {unknown} argument What it finds in its first argument, as JSON.
 * @returns {unknown} What it printed, read as JSON.
 * @throws when it fails.
 */
export function runOnOwnHost(script, argument) {
  const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private"];
  const output = execFileSync(
    "unshare",
    [...namespaces, "bash", "-c", boot, "boot", process.execPath, script, JSON.stringify(argument)],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return JSON.parse(output);
}

/** Lines of a shell that mount /sys of a new network namespace. It comes without the cgroups, which LXC needs. */
export const newSys = `mkdir /run/cgroup
mount --rbind /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --move /run/cgroup /sys/fs/cgroup
rmdir /run/cgroup
`;

const boot = `
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns
for directory in /etc /var/lib; do
  mkdir -p /run/upper$directory /run/work$directory
  mount -t overlay -o "lowerdir=$directory,upperdir=/run/upper$directory,workdir=/run/work$directory" overlay $directory
done
for directory in /etc/cni /etc/lxc-cni /var/lib/cni /var/lib/lxc-cni; do
  mkdir -p $directory
  mount -t tmpfs -o mode=755 tmpfs $directory
done
mount -t proc proc /proc
${newSys}ip link set lo up
exec "$@"
`;

/**
 * Makes what stands for a container: a network namespace.
 *
 * @param {string} name
 * @returns {string} Its path.
 */
export function makeContainer(name) {
  execFileSync("ip", ["netns", "add", name]);
  return `/run/netns/${name}`;
}

/**
 * Makes what stands for another host: a network namespace.
 *
 * @param {string} name
 * @returns {string} Its path.
 */
export function makeHost(name) {
  const host = makeContainer(name);
  execFileSync("ip", ["-n", name, "link", "set", "lo", "up"]);
  return host;
}

/**
 * Makes what stands for the world behind the host: a network namespace that knows the host's address and no other.
 *
 * @returns {{ netns: string, address: string }} Its path, and its address.
 */
export function makeOutside() {
  const netns = makeContainer("outside");
  const commands = [
    "link add uplink type veth peer name eth0 netns outside",
    "address add 192.0.2.1/24 dev uplink",
    "link set uplink up",
  ];
  for (const command of commands) execFileSync("ip", command.split(" "));
  for (const command of ["address add 192.0.2.2/24 dev eth0", "link set eth0 up"])
    execFileSync("ip", ["-n", "outside", ...command.split(" ")]);
  return { netns, address: "192.0.2.2" };
}

/**
 * Starts what stands for the first process of a container.
 *
 * @param {string} container The path of its network namespace, which outlives it, as LXC sees to for its hooks.
 * @returns {number} Its process id.
 */
export function startProcess(container) {
  const script = "sleep infinity < /dev/null > /dev/null 2>&1 & echo $!";
  return Number(execFileSync("nsenter", [`--net=${container}`, "sh", "-c", script], { encoding: "utf8" }));
}

/** Ends it, and waits until it has ended. It stays as a zombie, which is reaped with the host. */
export function endProcess(pid) {
  process.kill(pid, "SIGKILL");
  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) pause(1);
}

/** Does nothing for so many milliseconds. */
export function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

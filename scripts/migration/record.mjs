// Moves a container from the host that it is started on to another one, and prints a Recording as JSON.
//
// usage: node scripts/migration/record.mjs '{"bin": DIRECTORY, "criu": DIRECTORY}'

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * What was seen. Times are in milliseconds since the client heard its first number.
 *
 * @typedef {object} Recording
 * @property {{ time: number, count: number }[]} counts What the client was told, and when.
 * @property {Step[]} steps
 * @property {number} downtime The longest time between two numbers.
 * @property {{ criu: number, lxc: number, own: number, copy: number }} parts What it is made of.
 *
 * @typedef {object} Step
 * @property {string} where
 * @property {string} what
 * @property {number} begin
 * @property {number} end
 */

const { bin, criu } = JSON.parse(process.argv[2] ?? "");
// Cgroups are the machine's: there may be others.
const name = `counter-${Date.now() % 1e6}`;
const [enterB, shell, logs] = ["/run/enter-b", "/run/shell", "/run/logs"];

/** Where each step of a move is done, and what it is. */
const scenes = {
  prepare: { where: "host B", what: "asked, and addresses reserved" },
  copy: { where: "cable", what: "its files, while it runs" },
  checkpoint: { where: "host A", what: "saved" },
  "copy rest": { where: "cable", what: "what has changed, and its memory" },
  restore: { where: "host B", what: "restored" },
};

const hostB = await bootHostB();
const inB = (argv) => ["nsenter", `--target=${hostB.pid}`, "--mount", "--net", "--wd=/", "--", ...argv];

for (const inHost of [(argv) => argv, inB]) {
  run(inHost(["mount", "--bind", criu, "/usr/local/sbin"]));
  run(inHost(["sh", "-c", bridgeAndNetwork()]));
}
run(["sh", "-c", `ip link add cable0 type veth peer name cable0 netns ${hostB.pid}`]);
for (const inHost of [(argv) => argv, inB])
  run(inHost(["ip", "link", "set", "cable0", "master", "lan", "up"]));
makeContainer();
run(["lxc-start", "--name", name]);
const client = await connectClient();
await client.hears(20);
await move();
await client.hears(20);
end();

/** Another host: networks, mounts, and what LXC and lxc-cni keep. */
async function bootHostB() {
  const script = fileURLToPath(new URL("other-host", import.meta.url));
  const host = spawn(script, [enterB], { stdio: ["ignore", "ignore", "inherit"] });
  for (let tries = 0; !existsSync(enterB); tries++) {
    if (tries > 500) throw new Error("there is no other host");
    await sleep(10);
  }
  return host;
}

/** On both hosts the same network, with the same gateway, so the container finds its own wherever it is. */
function bridgeAndNetwork() {
  const network = {
    ...{ cniVersion: "1.1.0", name: "lan", type: "bridge", bridge: "lan", isDefaultGateway: true },
    ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/24" }]] },
  };
  return `
ip link add lan type bridge
ip address add 10.10.0.1/24 dev lan
ip link set lan up
mkdir -p /etc/lxc-cni/net.d
echo '${JSON.stringify(network)}' > /etc/lxc-cni/net.d/lan.conf
`;
}

/** A container with 10 MB of memory that counts for whoever connects. */
function makeContainer() {
  run(["lxc-create", "--name", name, "--template", "busybox", "--config", "/dev/null"]);
  const directory = `/var/lib/lxc/${name}`;
  const lines = readFileSync(`${directory}/config`, "utf8").split("\n");
  const hook = `${bin}/lxc-cni hook lan,ip=10.10.0.9`;
  const own = [
    ...["lxc.net.0.type = empty", "lxc.tty.max = 0", "lxc.console.path = none"],
    ...["start-host", "stop", "post-stop", "destroy"].map((type) => `lxc.hook.${type} = ${hook}`),
  ];
  // The busybox is linked statically: it needs no libraries of the host.
  const kept = lines.filter((line) => !line.endsWith(" none ro,bind 0 0"));
  writeFileSync(`${directory}/config`, `${[...kept, ...own].join("\n")}\n`);
  const programs = {
    "/bin/count": "#!/bin/sh\ni=0\nwhile :; do i=$((i + 1)); echo $i; usleep 10000; done\n",
    "/bin/remember":
      '#!/bin/sh\nx=$(head -c 10000000 /dev/zero | tr "\\0" x)\nwhile :; do sleep 1000; done\n',
    "/etc/init.d/rcS":
      "#!/bin/sh\nremember </dev/null >/dev/null 2>&1 &\nnc -l -p 7000 -e count </dev/null >/dev/null 2>&1 &\n",
  };
  for (const [path, text] of Object.entries(programs)) {
    writeFileSync(`${directory}/rootfs${path}`, text, { mode: 0o755 });
  }
}

/** Connects somebody on the first host's bridge, once and for all. */
async function connectClient() {
  run(["ip", "netns", "add", "client"]);
  run(["ip", "link", "add", "client0", "type", "veth", "peer", "name", "eth0", "netns", "client"]);
  run(["ip", "link", "set", "client0", "master", "lan", "up"]);
  run(["ip", "-n", "client", "address", "add", "10.10.0.100/24", "dev", "eth0"]);
  run(["ip", "-n", "client", "link", "set", "eth0", "up"]);
  await waitForServer();
  const connection = spawn("ip", ["netns", "exec", "client", "busybox", "nc", "10.10.0.9", "7000"]);
  const counts = [];
  let isOpen = true;
  createInterface(connection.stdout).on("line", (line) => {
    counts.push({ time: performance.now(), count: Number(line) });
  });
  connection.once("close", () => {
    isOpen = false;
  });
  return {
    counts,
    end: () => connection.kill(),
    hears: async (more) => {
      const wanted = counts.length + more;
      for (let tries = 0; counts.length < wanted; tries++) {
        if (!isOpen) throw new Error("the connection has ended");
        if (tries > 3000) throw new Error("the client hears nothing any more");
        await sleep(10);
      }
    },
  };
}

async function waitForServer() {
  for (let tries = 0; ; tries++) {
    const sockets = execFileSync("lxc-attach", ["--name", name, "--", "netstat", "-ltn"], {
      encoding: "utf8",
    });
    if (sockets.includes(":7000 ")) return;
    if (tries > 500) throw new Error("nobody listens in the container");
    await sleep(20);
  }
}

async function move() {
  // CRIU's logs tell what it did when; with the move, they go.
  writeFileSync(
    shell,
    `#!/bin/sh\ncase "$*" in *"receive done") ${enterB} b "cp -R /var/lib/lxc-cni/migrations/*/images ${logs}" ;; esac\nexec ${enterB} "$@"\n`,
    { mode: 0o755 },
  );
  const begin = performance.now();
  const words = ["migrate", name, "other", "--json", "--rsh", shell, "--remote-program", `${bin}/lxc-cni`];
  const { steps } = JSON.parse(await runAside([`${bin}/lxc-cni`, ...words]));
  move.steps = steps.map((step) => ({
    ...scenes[step.name],
    begin: begin + step.begin,
    end: begin + step.begin + step.milliseconds,
    lxc: step.lxc,
  }));
}

function end() {
  const { steps } = move;
  const { counts } = client;
  const missing = counts.findIndex(({ count }, index) => index > 0 && count !== counts[index - 1].count + 1);
  if (missing !== -1) throw new Error(`after ${counts[missing - 1].count} came ${counts[missing].count}`);
  const gaps = counts.slice(1).map(({ time }, index) => time - counts[index].time);
  const downtime = Math.max(...gaps);
  const origin = counts[0].time;
  const recording = {
    counts: counts.map(({ time, count }) => ({ time: time - origin, count })),
    steps: steps.map((each) => ({ ...each, begin: each.begin - origin, end: each.end - origin })),
    downtime,
    parts: partsOf(downtime, steps),
  };
  client.end();
  run(inB(["lxc-stop", "--name", name, "--kill"]));
  // Cgroups outlive hosts, and LXC does not remove those of its monitor after a restore.
  const monitors = "cat /proc/[0-9]*/cmdline 2> /dev/null | grep -aq 'lxc [m]onitor'";
  run(["timeout", "10", "sh", "-c", `while ${monitors}; do sleep 0.05; done`]);
  run([
    "find",
    "/sys/fs/cgroup",
    "-depth",
    "-type",
    "d",
    "-name",
    `lxc.*.${name}*`,
    "-exec",
    "rmdir",
    "{}",
    "+",
  ]);
  hostB.kill();
  console.log(JSON.stringify(recording));
}

/** What the time went to. CRIU's logs tell of CRIU, and of what lxc-cni did within its restore; LXC had the rest. */
function partsOf(downtime, steps) {
  const step = (name) => steps.find(({ what }) => what === scenes[name].what);
  const lasting = ({ begin, end }) => end - begin;
  const [dumped, restoring] = ["dump", "restore"].map((log) =>
    timesIn(readFileSync(`${logs}/${log}.log`, "utf8")),
  );
  const within = restoring.reduce(
    (sum, { text, time }, index) =>
      sum + (text.endsWith("/lxc-cni]") ? (restoring[index + 1]?.time ?? time) - time : 0),
    0,
  );
  const criu = dumped.at(-1).time + restoring.at(-1).time - within;
  const own = within + lasting(step("restore")) - step("restore").lxc;
  const copy = lasting(step("copy rest"));
  return { criu, own, copy, lxc: downtime - criu - own - copy };
}

/** The lines of a log of CRIU, with their times in milliseconds. */
function timesIn(log) {
  return [...log.matchAll(/^\((\d+\.\d+)\)(.*)$/gm)].map(([, time, text]) => ({
    time: Number(time) * 1000,
    text,
  }));
}

function run(argv) {
  const [program, ...words] = argv;
  return execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Runs a command while the client goes on listening. */
function runAside(argv) {
  const [program, ...words] = argv;
  return new Promise((resolve, reject) => {
    let output = "";
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.once("exit", (status) =>
      status === 0 ? resolve(output) : reject(new Error(`status ${status} of ${argv.join(" ")}`)),
    );
  });
}

import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { installMarks, takeMarks } from "../marks.mjs";
import { makeContainer, pause } from "../namespace.mjs";
import { environment } from "../network.mjs";
import { bootSecondHost } from "../second-host.mjs";
import { splitDowntime } from "../split.mjs";

/** What the container has in its memory, in megabytes. */
const memory = 10;
const address = "10.10.0.9";
const port = "7000";

/** Where programs are looked for first, by LXC and by lxc-cni. */
const programDirectory = "/usr/local/sbin";

const definition = {
  ...{ cniVersion: "1.1.0", name: "simplenet", type: "bridge", bridge: "cnibr0", isDefaultGateway: true },
  ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }]] },
};

/** A container is saved, and goes on on the same host. @type {import("../contest.mjs").Contest} */
const onOneHost = {
  name: "checkpoint",
  needsCriu: true,
  share: 0.5,
  prepare: (place) => contestants(place, () => ({ enter: [], seen: (path) => path, copy: "" })),
  lines: linesOf("one host", ["downtime", "criu", "lxc", "own"]),
};

/** A container goes on on another host. @type {import("../contest.mjs").Contest} */
const betweenHosts = {
  name: "move",
  needsCriu: true,
  share: 0.5,
  prepare: (place) =>
    contestants(place, (name) => {
      const host = bootSecondHost(place.work);
      const copied = (path) => `cp -a ${path}/. ${host.seen(path)}/`;
      writeProgram(
        join(place.work, "copy"),
        `mkdir -m 700 ${host.seen(checkpointOf(name))}\n${copied(checkpointOf(name))}\n${copied(`/var/lib/lxc/${name}`)}`,
      );
      run([...host.enter, "sh", "-c", defineNetwork]);
      for (const enter of [[], host.enter]) run([...enter, "sh", "-c", joinCable]);
      return { ...host, copy: `${programDirectory}/copy && ` };
    }),
  lines: linesOf("two hosts", ["downtime", "criu", "lxc", "own", "copy"]),
};

/**
 * The downtime of a container that is saved and goes on, and what it is made of.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const checkpointContests = [onOneHost, betweenHosts];

/** @returns {import("../contest.mjs").LineOf[]} */
function linesOf(panel, parts) {
  const words = {
    downtime: "downtime",
    criu: "of that, CRIU",
    lxc: "of that, LXC",
    own: "of that, lxc-cni",
    copy: "of that, copying",
  };
  const labels = { downtime: "all", criu: "CRIU", lxc: "LXC", own: "lxc-cni", copy: "copying" };
  return parts.map((step) => ({
    what: `${panel}, ${memory} MB: ${words[step]}`,
    step,
    reference: "none",
    point: { panel, at: labels[step] },
    ...(step === "own" ? { limit: { most: 50 } } : {}),
  }));
}

/** Nobody takes part where there is no CRIU. */
function contestants(place, prepareTarget) {
  const { directories, programs } = place;
  if (directories.criu === undefined) return [];
  const name = `lxccnibench-${process.pid}`;
  // Of what is found there on this machine, nothing is needed.
  run(["mount", "-t", "tmpfs", "tmpfs", programDirectory]);
  copyFileSync(programs.mark, join(programDirectory, "mark"));
  installMarks(join(programDirectory, "mark"), programDirectory, {
    criu: directories.criu,
    "lxc-checkpoint": "/usr/bin/lxc-checkpoint",
    "lxc-cni": join(directories.bin, "lxc-cni"),
    copy: join(place.work, "copy"),
  });
  run(["sh", "-c", defineNetwork]);
  makePeer();
  makeServer(name, programs);
  const target = prepareTarget(name);
  let split;
  const first = {
    name: "downtime",
    run: () => {
      split = saveAndRestore(place, name, target);
      return [{ milliseconds: split.downtime }];
    },
  };
  const others = ["criu", "lxc", "own", "copy"].map((part) => ({
    name: part,
    run: () => [{ milliseconds: split[part] }],
  }));
  return [{ name: "bin", steps: [first, ...others] }];
}

/** @returns {import("../split.mjs").Split} */
function saveAndRestore({ directories, programs, work }, name, { enter, seen, copy }) {
  const checkpoint = checkpointOf(name);
  const own = join(directories.bin, "lxc-cni");
  run(["lxc-start", "--name", name]);
  const heard = join(work, "heard");
  const client = listen(programs.beat, heard);
  try {
    const restore = [...enter, own, "restore", name, checkpoint].join(" ");
    run(["sh", "-c", `${own} checkpoint ${name} ${checkpoint} && ${copy}${restore}`]);
    const runs = takeMarks(programDirectory);
    const silence = awaitSilence(
      heard,
      runs.find(({ name: program, argument }) => program === "criu" && argument === "restore").begin,
    );
    return splitDowntime(silence, runs);
  } finally {
    client.kill();
    run([...enter, "lxc-stop", "--name", name, "--kill"]);
    if (enter.length > 0) run([own, "release", name]);
    for (const path of [checkpoint, seen(checkpoint)]) rmSync(path, { recursive: true, force: true });
    removeCgroups(name);
  }
}

function checkpointOf(name) {
  return `/var/lib/${name}.checkpoint`;
}

const defineNetwork = `
ip link add cnibr0 type bridge
ip address add 10.10.0.1/16 dev cnibr0
ip link set cnibr0 up
mkdir -p /etc/lxc-cni/net.d
echo '${JSON.stringify(definition)}' > /etc/lxc-cni/net.d/simplenet.conf
`;

const joinCable = "ip link set cable0 master cnibr0 up";

/** The namespace of the client, on this host's bridge. */
function makePeer() {
  makeContainer("peer");
  const commands = [
    "link add peer0 type veth peer name eth0 netns peer",
    "link set peer0 master cnibr0 up",
    "-n peer address add 10.10.0.200/16 dev eth0",
    "-n peer link set eth0 up",
  ];
  for (const command of commands) run(["ip", ...command.split(" ")]);
}

/** A container whose heart beats, with so much memory. */
function makeServer(name, { beat }) {
  run(["lxc-create", "--name", name, "--template", "busybox", "--config", "/dev/null"]);
  const directory = `/var/lib/lxc/${name}`;
  const hook = `${programDirectory}/lxc-cni hook simplenet,ip=${address}`;
  const lines = [
    ...["lxc.net.0.type = empty", "lxc.tty.max = 0", "lxc.console.path = none", "lxc.hook.version = 1"],
    ...["start-host", "stop", "post-stop"].map((type) => `lxc.hook.${type} = ${hook}`),
  ];
  appendFileSync(`${directory}/config`, `${lines.join("\n")}\n`);
  copyFileSync(beat, `${directory}/rootfs/bin/beat`);
  writeProgram(
    `${directory}/rootfs/etc/init.d/rcS`,
    `beat serve ${port} ${memory} < /dev/null > /dev/null 2>&1 &`,
  );
}

function writeProgram(path, text) {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

/** Has the client listen, and waits until it hears. */
function listen(beat, heard) {
  const output = openSync(heard, "w");
  const client = spawn("ip", ["netns", "exec", "peer", beat, "hear", address, port], {
    stdio: ["ignore", output, "inherit"],
  });
  closeSync(output);
  until(() => readFileSync(heard, "utf8") !== "", "the client does not reach the container");
  return client;
}

/** The silence that ended after a time, which is to come. */
function awaitSilence(heard, time) {
  const silences = () =>
    [...readFileSync(heard, "utf8").matchAll(/^(\d+) (\d+)$/gm)].map(([, begin, end]) => ({
      begin: Number(begin) / 1e6,
      end: Number(end) / 1e6,
    }));
  until(() => silences().some(({ end }) => end > time), "the client hears nothing any more");
  return silences().find(({ end }) => end > time);
}

/** Waits for what is going to be so in ten seconds at most. */
function until(isSo, problem) {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 5000) throw new Error(problem);
    pause(2);
  }
}

/** Cgroups outlive hosts, and LXC leaves those of its monitor after a restore. */
function removeCgroups(name) {
  const find = ["find", "/sys/fs/cgroup", "-depth", "-type", "d", "-name", `lxc.*${name}*`];
  until(() => {
    const { status } = spawnSync(find[0], [...find.slice(1), "-exec", "rmdir", "{}", "+"], {
      stdio: "ignore",
    });
    return status === 0;
  }, "LXC does not let go of the container");
}

function run([program, ...words]) {
  try {
    return execFileSync(program, words, {
      env: environment,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    throw new Error(`${[program, ...words].join(" ")}: ${error.stderr || error.message}`);
  }
}

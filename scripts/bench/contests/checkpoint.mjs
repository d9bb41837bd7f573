import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { awaitSilence, listen, makePeer, makeServer, run, until, writeProgram } from "../heartbeat.mjs";
import { installMarks, takeMarks } from "../marks.mjs";
import { bootSecondHost } from "../second-host.mjs";
import { splitDowntime } from "../split.mjs";

/** What the container has in its memory, in megabytes. */
const memory = 10;

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
    point: { host: panel, part: labels[step] },
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
  makeServer(name, programs.beat, memory, join(programDirectory, "lxc-cni"));
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

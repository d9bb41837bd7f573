import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { pause } from "../namespace.mjs";
import { environment, network, writeConfiguration } from "../network.mjs";
import { hooksOf } from "./hook.mjs";

/** LXC makes no interfaces. */
const noInterfaces = ["lxc.net.0.type = empty", "lxc.net.0.flags = up"];

/**
 * Starting a real container of LXC: without a network, and on one by the hooks.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const lxcStartContest = {
  name: "lxc-start",
  share: 2,
  prepare: (place) => {
    if (!existsSync("/usr/share/lxc/templates/lxc-busybox")) {
      return [{ name: "bin", steps: [failingStep("LXC and its templates are not on this machine")] }];
    }
    const configuration = writeConfiguration(place, "network", { ...network, ipMasq: true });
    const contestants = [
      { name: "empty", configured: [] },
      ...hooksOf(place, configuration).map(({ name, lines }) => ({
        name,
        configured: Object.entries(lines).map(([type, line]) => `lxc.hook.${type} = ${line}`),
      })),
    ];
    return contestants.map(({ name, configured }) => {
      const container = createContainer(`lxccnibench-${name}`, [
        ...noInterfaces,
        "lxc.hook.version = 1",
        ...configured,
      ]);
      return { name, steps: [startStep(place, container)] };
    });
  },
  lines: [
    { what: "lxc-start without a network", step: "start", ours: "empty", reference: "none" },
    {
      what: "lxc-start with the hook, beyond that",
      step: "start",
      beyond: "empty",
      limit: { most: 10 },
      point: { hook: "added to lxc-start" },
    },
  ],
};

/** Starts it, and stops it again, which is not measured. */
function startStep({ programs, work }, name) {
  const run = () => {
    const cost = runCommand(programs.launch, {
      argv: [
        "/usr/bin/lxc-start",
        "--name",
        name,
        "--logfile",
        join(work, `${name}.log`),
        "--logpriority",
        "DEBUG",
      ],
      output: join(work, "output"),
      environment,
    });
    stop(name);
    return [cost];
  };
  return { name: "start", run };
}

function failingStep(failure) {
  return { name: "start", run: () => [{ failure }] };
}

/** A container from the busybox template; returns its name. */
function createContainer(name, lines) {
  execFileSync("lxc-create", ["--name", name, "--template", "busybox", "--config", "/dev/null"], {
    stdio: "ignore",
  });
  execFileSync("sed", ["-i", "/udhcpc/d", `/var/lib/lxc/${name}/rootfs/etc/init.d/rcS`]);
  appendFileSync(`/var/lib/lxc/${name}/config`, `${lines.join("\n")}\n`);
  return name;
}

/** Ends it, and waits until its monitor has run the last hook. */
function stop(name) {
  execFileSync("lxc-stop", ["--name", name, "--kill"], { stdio: "ignore" });
  while (isWatched(name)) pause(1);
}

function isWatched(name) {
  return readdirSync("/proc").some(
    (entry) => /^\d+$/.test(entry) && commandLineOf(entry) === `[lxc monitor] /var/lib/lxc ${name}`,
  );
}

function commandLineOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0+$/, "");
  } catch {
    return "";
  }
}

import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { makeContainer, pause } from "./namespace.mjs";
import { environment } from "./network.mjs";

const address = "10.10.0.9";
const port = "7000";

/** The namespace of the client, on this host's bridge. */
export function makePeer() {
  makeContainer("peer");
  const commands = [
    "link add peer0 type veth peer name eth0 netns peer",
    "link set peer0 master cnibr0 up",
    "-n peer address add 10.10.0.200/16 dev eth0",
    "-n peer link set eth0 up",
  ];
  for (const command of commands) run(["ip", ...command.split(" ")]);
}

/**
 * Makes a container whose heart beats.
 *
 * @param {string} name
 * @param {string} beat See programs.mjs.
 * @param {number} memory What it has in its memory, in megabytes.
 * @param {string} program The lxc-cni that LXC calls.
 */
export function makeServer(name, beat, memory, program) {
  run(["lxc-create", "--name", name, "--template", "busybox", "--config", "/dev/null"]);
  const directory = `/var/lib/lxc/${name}`;
  const hook = `${program} hook simplenet,ip=${address}`;
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

/**
 * Writes a script of the shell.
 *
 * @param {string} path
 * @param {string} text
 */
export function writeProgram(path, text) {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

/**
 * Has the client listen, and waits until it hears.
 *
 * @param {string} beat
 * @param {string} heard The file for what it notes.
 */
export function listen(beat, heard) {
  const output = openSync(heard, "w");
  const client = spawn("ip", ["netns", "exec", "peer", beat, "hear", address, port], {
    stdio: ["ignore", output, "inherit"],
  });
  closeSync(output);
  until(() => readFileSync(heard, "utf8") !== "", "the client does not reach the container");
  return client;
}

/**
 * The silence in which a moment is; its end may be to come.
 *
 * @param {string} heard
 * @param {number} time In milliseconds, by the machine's monotonic clock.
 * @returns {{ begin: number, end: number }}
 */
export function awaitSilence(heard, time) {
  const silences = () =>
    [...readFileSync(heard, "utf8").matchAll(/^(\d+) (\d+)$/gm)].map(([, begin, end]) => ({
      begin: Number(begin) / 1e6,
      end: Number(end) / 1e6,
    }));
  const spans = ({ begin, end }) => begin < time && end > time;
  until(() => silences().some(spans), "the client hears nothing any more");
  return silences().find(spans);
}

/** Waits for what is going to be so in ten seconds at most. */
export function until(isSo, problem) {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 5000) throw new Error(problem);
    pause(2);
  }
}

/** Runs a command. @throws Error with what it said */
export function run([program, ...words]) {
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

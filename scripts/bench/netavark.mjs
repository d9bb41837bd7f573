import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.mjs";
import { makeContainer, makeHost } from "./namespace.mjs";
import { environment } from "./network.mjs";

/**
 * A network as netavark makes them.
 *
 * @typedef {object} Network
 * @property {"none" | "iptables" | "nftables"} driver Of the firewall. `none` makes no rules at all.
 * @property {boolean} [dual] With IPv6, too.
 */

/** The number of a container that none of those measured has. */
const residentNumber = 1000;

/**
 * netavark, which podman calls in place of CNI plugins, where it could be had: `setup` takes the place of ADD, and
 * `teardown` that of DEL. Nothing takes that of CHECK.
 *
 * It is on a host (a network namespace) of its own, so that its rules and those of plugins are not in each other's way. A
 * container that stays keeps its bridge and the rules of its network there; without one it would make them and
 * remove them each time, which plugins do not do.
 *
 * @param {import("./contest.mjs").Place} place
 * @param {Network} network
 * @param {{ netns: string, count?: number }} containers How many are attached at once, one when absent; `%d` is the number
 *   of each.
 * @returns {import("./contest.mjs").Contestant[]} At most one.
 */
export function netavarkOf(place, network, { netns, count = 1 }) {
  const peer = place.peers.find((each) => each.netavark !== undefined);
  if (peer === undefined) return [];
  const call = callerOf(place, peer.netavark, network);
  for (let number = 1; number <= count; number++) writeInput(place, network, number);
  const opening = once(() => {
    writeInput(place, network, residentNumber);
    return call("setup", residentNumber, makeContainer("netavark-resident"), 1);
  });
  const step = (name, verb) => ({
    name,
    run: () => {
      const { failure } = opening();
      return [failure === undefined ? call(verb, "%d", netns, count) : { failure }];
    },
  });
  return [{ name: peer.name, steps: [step("ADD", "setup"), step("DEL", "teardown")] }];
}

function callerOf({ programs, work }, argv, { driver }) {
  const host = makeHost("netavark-host");
  return (verb, number, netns, count) =>
    runCommand(programs.launch, {
      argv: [...argv, "--config", join(work, "netavark"), verb, netns],
      netns: host,
      input: inputOf(work, number),
      output: join(work, "output"),
      count,
      environment: { ...environment, NETAVARK_FW: driver },
    });
}

function inputOf(work, number) {
  return join(work, `netavark-${number}.json`);
}

/** What podman tells it of a container. It is podman that has chosen the addresses. */
function writeInput({ work }, { dual = false }, number) {
  const hexadecimal = (value) => value.toString(16).padStart(64, "0");
  const container = {
    container_id: hexadecimal(number),
    container_name: `c${number}`,
    port_mappings: [],
    networks: {
      simplenet: {
        static_ips: [
          `10.10.${1 + (number >> 8)}.${number & 255}`,
          ...(dual ? [`fd00:10:10::1:${number.toString(16)}`] : []),
        ],
        interface_name: "eth0",
      },
    },
    network_info: {
      simplenet: {
        name: "simplenet",
        id: hexadecimal(1),
        driver: "bridge",
        network_interface: "cnibr0",
        created: "2026-01-01T00:00:00Z",
        subnets: [
          { subnet: "10.10.0.0/16", gateway: "10.10.0.1" },
          ...(dual ? [{ subnet: "fd00:10:10::/64", gateway: "fd00:10:10::1" }] : []),
        ],
        ipv6_enabled: dual,
        internal: false,
        dns_enabled: false,
        ipam_options: { driver: "host-local" },
      },
    },
  };
  writeFileSync(inputOf(work, number), JSON.stringify(container));
}

/** Does something on the first call only, and returns what came of it on all. */
function once(action) {
  let outcome;
  return () => {
    outcome ??= action();
    return outcome;
  };
}

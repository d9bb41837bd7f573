import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { networkName, type Place } from "./ask.ts";
import { leaseDirectoryOn } from "./directory.ts";
import type { Directory } from "./model.ts";

/** How a call that was one of many ended. */
export interface CrowdAnswer {
  readonly container: string;
  readonly status: number;
  /** What it printed, as JSON; undefined where that is nothing. */
  readonly json: unknown;
}

/** What many call at once. */
export interface Crowd {
  readonly verb: "ADD" | "DEL";
  /** The subnet of the network's one range set. */
  readonly subnet: string;
  /** The words of each one's command. The containers are c1, c2 and so on. */
  readonly commands: readonly (readonly string[])[];
}

/** All wait in open(2) for somebody to write into the pipe, and go on at the same moment. */
const script = `
set -e
rm -rf /mnt/crowd
mkdir /mnt/crowd
cd /mnt/crowd
mkfifo gate
printf %s "$1" > network
shift
for number in $(seq $#); do
  {
    : < gate
    status=0
    CNI_CONTAINERID=c$number $1 < network > output.$number || status=$?
    echo $status > status.$number
  } &
  shift
done
exec 3> gate
wait
`;

/** Makes calls of host-local at once. @throws CommandFailed when they cannot be made */
export async function callAtOnce({ host, container }: Place, crowd: Crowd): Promise<CrowdAnswer[]> {
  const { verb, subnet, commands } = crowd;
  const configuration = { cniVersion: "1.1.0", name: networkName, ipam: { type: "host-local", subnet } };
  const env = { CNI_COMMAND: verb, CNI_IFNAME: "eth0", CNI_NETNS: container.netns, CNI_PATH: "/nonexistent" };
  const words = [JSON.stringify(configuration), ...commands.map((command) => command.join(" "))];
  await host.run(["bash", "-c", script, "crowd", ...words], { env, deadline: 120_000 });

  const read = (name: string) => readFileSync(`/proc/${host.pid}/root/mnt/crowd/${name}`, "utf8");
  return commands.map((_, index) => {
    const output = read(`output.${index + 1}`);
    return {
      container: `c${index + 1}`,
      status: Number(read(`status.${index + 1}`)),
      json: output === "" ? undefined : JSON.parse(output),
    };
  });
}

/** The address that an ADD was given; undefined when it failed. */
export function addressIn({ status, json }: CrowdAnswer): string | undefined {
  if (status !== 0) return undefined;
  const [ip] = (json as { ips: { address: string }[] }).ips;
  return ip?.address.split("/")[0];
}

/** What those said that failed. */
export function messagesOf(answers: readonly CrowdAnswer[]): string[] {
  return answers.filter(({ status }) => status !== 0).map(({ json }) => (json as { msg: string }).msg);
}

/**
 * Asserts that nobody got an address that somebody else has, and that the leases are those that were given out.
 *
 * @param others The leases that were there before.
 */
export function expectLeases(place: Place, answers: readonly CrowdAnswer[], others: Directory): void {
  const given = answers.flatMap((answer) => {
    const address = addressIn(answer);
    return address === undefined ? [] : [[address, `${answer.container}\r\neth0`] as const];
  });
  expect(new Set(given.map(([address]) => address)).size).toBe(given.length);
  expect(leasesOn(place)).toEqual(Object.fromEntries([...others, ...given]));
}

/** Every file of the lease directory but those that every call leaves there. */
export function leasesOn({ host }: Place): Record<string, string> {
  const files = [...(leaseDirectoryOn(host).read() ?? [])];
  return Object.fromEntries(files.filter(([name]) => !/^(lock|last_reserved_ip\.0)$/.test(name)));
}

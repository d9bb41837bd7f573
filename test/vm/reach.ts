import { resultOf } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import type { Answer } from "../fixture/network.ts";

/** The addresses that an ADD gave, without their prefix lengths. */
export function addressesGiven(answer: Answer): string[] {
  return resultOf(answer).ips.map(({ address }) => address.replace(/\/\d+$/, ""));
}

/** Whether a container gets an answer from an address. */
export async function reaches(container: Container, address: string): Promise<boolean> {
  return (await container.attempt(["ping", "-n", "-c", "1", "-w", "10", address])).status === 0;
}

/** Whether nobody on the container's link has an IPv4 address: its kernel asks three times before it gives up. */
export async function isUnreachable(container: Container, address: string): Promise<boolean> {
  await container.run(["sysctl", "-q", "-w", "net.ipv4.neigh.eth0.retrans_time_ms=100"]);
  const script = `
    ping -n -c 1 -W 0.5 "$1" > /dev/null
    while ip neighbour show "$1" | grep -q INCOMPLETE; do sleep 0.1; done
    ip neighbour show "$1"`;
  return (await container.run(["sh", "-c", script, "sh", address])).includes("FAILED");
}

/** Waits until the kernel is sure that nobody else on a link has its IPv6 addresses. It answers for none before. */
export async function settleAddresses(host: Host, link: string): Promise<void> {
  const script = 'until [ -z "$(ip -6 address show dev "$1" tentative)" ]; do sleep 0.1; done';
  await host.run(["sh", "-c", script, "sh", link]);
}

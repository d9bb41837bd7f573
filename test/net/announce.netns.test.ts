import { describe, expect } from "vitest";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import type { Wish, WrittenOperation } from "./programs/links.ts";
import { buildLinksProgram, isBuilt, type Way, ways, wish } from "./ways.ts";

buildLinksProgram();

const mac = "02:00:00:00:00:03";
const createPort: WrittenOperation = {
  ...{ do: "create port", where: "host", name: "veth0", mac: "02:00:00:00:00:02", bridge: "br0" },
  ...{ peerName: "eth0", peerMac: mac, alias: "mine" },
};
const addAddress = { do: "add address", where: "container", link: "eth0", detectDuplicates: false } as const;
const announcing = { where: "container", value: "1", bestEffort: false } as const;

/** Attaches a container as ADD does. What announces its addresses is told last, so that only that is heard. */
const attach: readonly Wish[] = [
  { do: "apply", operations: [createPort] },
  {
    do: "apply",
    operations: [
      { ...addAddress, address: "10.1.0.2/16" },
      { ...addAddress, address: "fd00::2/64" },
      { do: "set up", where: "container", name: "eth0" },
      { do: "write sysctl", ...announcing, key: "ipv4/conf/eth0/arp_notify" },
      { do: "write sysctl", ...announcing, key: "ipv6/conf/eth0/ndisc_notify" },
    ],
  },
];
const announce: Wish = {
  ...{ do: "announce", port: "veth0", container: { name: "eth0", mac }, bridge: "br0" },
  // Of the first one, nobody knows anything.
  addresses: ["10.1.0.3/16", "10.1.0.2/16", "fd00::2/64"],
};

for (const way of ways) {
  describe.skipIf(!isBuilt(way))(`an attachment that is announced by ${way.name}`, () => {
    test("is known to its neighbours at once, though another had the addresses before", async ({ host }) => {
      const neighbour = await makeNeighbour(host, way);
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [...attach, announce]);
      expect(answers.at(-1)).toEqual({ receipts: [] });
      await reach(c1);
      expect(await heard(neighbour)).toEqual({ requests: 1, advertisements: 1 });
      for (const place of [host, neighbour]) {
        const known = await place.run(["ip", "neighbour", "show"]);
        expect(known).not.toContain(formerMac);
      }
      expect(await neighbour.run(["ip", "neighbour", "show", "fd00::2"])).toContain(mac);
    });

    test("without addresses is only waited for", async ({ host }) => {
      const neighbour = await makeNeighbour(host, way);
      const c1 = await host.container("c1");
      const quiet = { ...announce, addresses: [] };
      const { answers } = await wish(host, way, c1, [
        ...attach,
        quiet,
        { do: "read", where: "host", name: "veth0" },
      ]);
      expect(answers.slice(-2)).toMatchObject([{ receipts: [] }, { isRunning: true }]);
      await reach(c1);
      expect(await heard(neighbour)).toEqual({ requests: 0, advertisements: 0 });
    });

    test("is not waited for where a spanning tree holds the port back", async ({ host }) => {
      const neighbour = await makeNeighbour(host, way);
      await host.run(["ip", "link", "set", "br0", "type", "bridge", "stp_state", "1"]);
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [
        ...attach,
        announce,
        { do: "read", where: "host", name: "veth0" },
      ]);
      expect(answers.slice(-2)).toMatchObject([
        { receipts: [] },
        { isRunning: true, port: { isForwarding: false } },
      ]);
      expect(await heard(neighbour)).toEqual({ requests: 0, advertisements: 0 });
      expect(await host.run(["ip", "neighbour", "show", "dev", "br0"])).not.toContain(formerMac);
    });

    test("fails where the container's end does not come up", async ({ host }) => {
      await makeNeighbour(host, way);
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [{ do: "apply", operations: [createPort] }, announce]);
      expect(answers[1]).toMatchObject({ code: 100, message: "bridge port in error state: down" });
    });
  });
}

const formerMac = "02:00:00:00:00:99";
/** The addresses that are announced, as numbers of 32 and of 128 bits. */
const addressNumbers = ["0x0a010002", "0xfd000000000000000000000000000002"] as const;

/**
 * A bridge with another container on it. Both know the addresses by the MAC of somebody who is gone, and what arrives at
 * that container is counted.
 */
async function makeNeighbour(host: Host, way: Way): Promise<Container> {
  const neighbour = await host.container("neighbour");
  const former = (device: string) =>
    ["10.1.0.2", "fd00::2"].map(
      (address) => `neighbour add ${address} lladdr ${formerMac} dev ${device} nud stale\n`,
    );
  await host.run(["ip", "-batch", "-"], {
    input: `
      link add br0 address 02:00:00:00:00:01 type bridge
      link set br0 up
      address add 10.1.0.1/16 dev br0
      address add fd00::1/64 dev br0 nodad
      link add w0 type veth peer name w1 netns neighbour
      link set w0 master br0 up
    `,
  });
  await neighbour.run(["ip", "-batch", "-"], {
    input: `
      address add 10.1.0.9/16 dev w1
      address add fd00::9/64 dev w1 nodad
      link set w1 up
      ${former("w1").join("")}
    `,
  });
  await wish(host, way, neighbour, [
    { do: "wait", where: "host", name: "w0", until: "running", patience: 20_000 },
  ]);
  await host.run(["ip", "-batch", "-"], { input: former("br0").join("") });
  await neighbour.run(["nft", "-f", "-"], { input: counters });
  return neighbour;
}

/** Counts gratuitous requests (from and for the address) and advertisements of the address. */
const counters = `
  table netdev watch {
    chain arrivals {
      type filter hook ingress device w1 priority 0;
      arp operation request @nh,112,32 ${addressNumbers[0]} @nh,192,32 ${addressNumbers[0]} counter
      icmpv6 type nd-neighbor-advert ip6 daddr ff02::1 @th,64,128 ${addressNumbers[1]} counter
    }
  }
`;

async function heard(neighbour: Container): Promise<{ requests: number; advertisements: number }> {
  const listing = await neighbour.run(["nft", "list", "ruleset"]);
  const [requests, advertisements] = Array.from(listing.matchAll(/packets (\d+)/g), ([, count]) =>
    Number(count),
  );
  return { requests: requests ?? NaN, advertisements: advertisements ?? NaN };
}

/** What was sent before has arrived when an answer has. */
async function reach(container: Container): Promise<void> {
  await container.run(["ping", "-c", "1", "-W", "5", "10.1.0.9"]);
  await container.run(["ping", "-c", "1", "-W", "5", "fd00::9"]);
}

import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import {
  json,
  lxcCni,
  portOf,
  type RunningContainer,
  simplenet,
  startContainer,
  writeNetwork,
} from "./containers.ts";

const network = { ...simplenet, portIsolation: true, macspoofchk: true, forward: "accept" };

/** What can be broken, how check calls it, and what repair does about it. */
interface Breakage {
  readonly what: string;
  readonly breaks: (at: Broken) => string | readonly string[];
  readonly inContainer?: boolean;
  readonly found: RegExp;
  readonly done: RegExp;
}

interface Broken {
  readonly veth: string;
}

const breakages: readonly Breakage[] = [
  {
    what: "the bridge is deleted",
    breaks: () => "ip link delete cnibr0",
    found: /Interface name cnibr0 not found/,
    done: /create bridge "cnibr0"[\s\S]*plug "veth\w+" into bridge "cnibr0"[\s\S]*add address 10\.10\.0\.1\/16 to "cnibr0"/,
  },
  {
    what: "the bridge is made anew by hand",
    breaks: () => ["sh", "-c", "ip link delete cnibr0 && ip link add cnibr0 type bridge"],
    found: /veth\w+ is no port of bridge cnibr0/,
    done: /plug "veth\w+" into bridge "cnibr0"[\s\S]*forget neighbour 10\.10\.0\.1 on "eth0" in the container/,
  },
  {
    what: "the port is unplugged",
    breaks: ({ veth }) => `ip link set ${veth} nomaster`,
    found: /veth\w+ is no port of bridge cnibr0/,
    done: /plug "veth\w+"[\s\S]*turn hairpin mode of "veth\w+" on and isolate it/,
  },
  {
    what: "the port is down",
    breaks: ({ veth }) => `ip link set ${veth} down`,
    found: /veth\w+ is down/,
    done: /up/,
  },
  {
    what: "the port's settings are changed",
    breaks: ({ veth }) => `ip link set ${veth} type bridge_slave hairpin off isolated off`,
    found: /hairpin mode of veth\w+ is off/,
    done: /turn hairpin mode of "veth\w+" on and isolate it/,
  },
  {
    what: "the bridge loses its addresses",
    breaks: () => "ip address flush dev cnibr0 scope global",
    found: /cnibr0 does not have the gateway's address 10\.10\.0\.1/,
    done: /add address 10\.10\.0\.1\/16 to "cnibr0"/,
  },
  {
    what: "forwarding is turned off",
    breaks: () => "sysctl -q -w net.ipv4.ip_forward=0",
    found: /the host does not forward IPv4/,
    done: /write 1 to \/proc\/sys\/net\/ipv4\/ip_forward/,
  },
  {
    what: "the rules are flushed",
    breaks: () => [
      "sh",
      "-c",
      "iptables -t nat -F && iptables -t nat -X && ip6tables -t nat -F && iptables -F",
    ],
    found: /CNI-/,
    done: /masquerade the container's addresses[\s\S]*add the rules of network "simplenet"/,
  },
  {
    what: "nft removes all there is",
    breaks: () => "nft flush ruleset",
    found: /table bridge nat/,
    done: /guard port "veth\w+"/,
  },
  {
    what: "the container loses its address",
    breaks: () => "ip address flush dev eth0 scope global",
    inContainer: true,
    found: /Failed to match addr 10\.10\.0\.2\/16/,
    done: /add address 10\.10\.0\.2\/16 to "eth0" in the container[\s\S]*add route 0\.0\.0\.0\/0/,
  },
  {
    what: "the container's link is down",
    breaks: () => "ip link set eth0 down",
    inContainer: true,
    found: /eth0 in the container is down/,
    done: /set "eth0" up in the container/,
  },
  {
    what: "the container's MAC is another",
    breaks: () => "ip link set eth0 address 02:00:00:00:00:99",
    inContainer: true,
    found: /Interface eth0 Mac doesn't match/,
    done: /set the MAC of "eth0"/,
  },
  {
    what: "the way to the subnet is removed",
    breaks: () => "ip route delete 10.10.0.0/16",
    inContainer: true,
    found: /eth0 has no route to 10\.10\.0\.0\/16/,
    done: /add route 10\.10\.0\.0\/16 on "eth0"/,
  },
  {
    what: "the veth is deleted",
    breaks: ({ veth }) => `ip link delete ${veth}`,
    found: /Interface name eth0 not found in the container/,
    done: /create veth "veth\w+" on bridge "cnibr0" with "eth0" in the container/,
  },
  {
    what: "the leases are removed",
    breaks: () => ["sh", "-c", "rm /var/lib/cni/networks/simplenet/*:* /var/lib/cni/networks/simplenet/10.*"],
    found: /Failed to find address added by container/,
    done: /lease 10\.10\.0\.2 again/,
  },
];

describeVariants("lxc-cni check and repair", (variant) => {
  test("find and mend what was broken, and nothing else", async ({ host }) => {
    await writeNetwork(host, network);
    const web = await startContainer(host, variant, "web");
    const veth = await portOf(host);
    const peer = await host.container("outside");
    await host.run(["ip", "link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", peer.id]);
    await host.run(["ip", "address", "add", "192.0.2.1/24", "dev", "up0"]);
    await host.run(["ip", "link", "set", "up0", "up"]);
    await peer.run(["ip", "address", "add", "192.0.2.2/24", "dev", "eth0"]);
    await peer.run(["ip", "link", "set", "eth0", "up"]);
    await reaches(web);
    const before = await identityOf(web);
    expect(await lxcCni(host, variant, "repair")).toMatchObject({
      status: 0,
      output: "nothing to repair: 1 attachment is as made\n",
    });
    // Node takes its time to start, and the code is the same: some of them show whether it works there, too.
    const sample = variant.name.startsWith("js") ? breakages.slice(0, 2) : breakages;
    for (const { what, breaks, inContainer, found, done } of sample) {
      const command = breaks({ veth });
      await (inContainer ? web : host).run(typeof command === "string" ? command.split(" ") : command);
      const broken = await lxcCni(host, variant, "check");
      expect(broken, what).toMatchObject({ status: 1, output: expect.stringMatching(found) });
      const trial = await lxcCni(host, variant, "repair", "--dry-run", "web");
      expect(trial, what).toMatchObject({ status: 0, output: expect.stringMatching(done) });
      expect((await lxcCni(host, variant, "check")).output, `${what}: dry run`).toBe(broken.output);
      const repaired = await lxcCni(host, variant, "repair");
      expect(repaired, what).toMatchObject({ status: 0, output: expect.stringMatching(done) });
      expect(repaired.output.replaceAll(": did ", ": would "), what).toBe(trial.output);
      expect(await lxcCni(host, variant, "check", "web"), what).toMatchObject({
        status: 0,
        output: "1 of 1 attachment is as made\n",
      });
      expect((await lxcCni(host, variant, "repair")).output, what).toContain("nothing to repair");
      await reaches(web);
      expect(await identityOf(web), what).toEqual(before);
    }
    await web.crash();
    expect(await web.hook("stop")).toMatchObject({ status: 0 });
    expect(await host.run(["sh", "-c", "iptables-save | grep -c -i cni || true"])).toBe("0");
    expect(await json(host, variant, "ls")).toEqual([]);
  }, 60_000);
});

/** Whether a container reaches somebody outside, who has no way back but to the host's address. */
async function reaches(web: RunningContainer): Promise<void> {
  await web.run(["ping", "-c", "1", "-W", "5", "192.0.2.2"]);
}

async function identityOf(web: RunningContainer): Promise<unknown> {
  const [link] = JSON.parse(await web.run(["ip", "-json", "address", "show", "dev", "eth0"]));
  const addresses = link.addr_info
    .filter((each: { scope: string }) => each.scope === "global")
    .map((each: { local: string; prefixlen: number }) => `${each.local}/${each.prefixlen}`);
  return { mac: link.address, addresses: addresses.sort() };
}

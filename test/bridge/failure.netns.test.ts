import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

/** What an IPAM plugin may print that ends with status 0, and is of no use. */
const unusable = [
  '{"cniVersion":"0.3.1","ips":[{"version":"4","address":"nonsense"}]}',
  '{"cniVersion":"0.3.1","ips":5}',
  '{"cniVersion":"7.0.0","ips":[]}',
  "[]",
  "garbage{",
  "",
  // Results, but without an address.
  "null",
  '{"cniVersion":"0.3.1"}',
];

describeVariants("an ADD that fails", (variant) => {
  test("as its IPAM plugin answers nonsense, has that plugin release what it may have leased", async ({
    host,
  }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, { ...recipe, ipam: { ...recipe.ipam, type: "babbler" } });
    for (const text of unusable) {
      const babbler = await installBabbler(host, variant, text);
      const answer = await simplenet.add(c1, { env: { CNI_PATH: babbler.directory } });
      expect(refusalOf(answer), text).toMatchObject({ code: 120 });
      expect(await babbler.calls(), text).toEqual(["ADD", "DEL"]);
      expect(difference(before, await snapshot(host)), text).toEqual([]);
    }
  });

  test("leaves the bridge's addresses, also with forceAddress", async ({ host }) => {
    const c1 = await host.container("c1");
    await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
    await host.run(["ip", "address", "add", "192.0.2.1/24", "dev", "cnibr0"]);
    // A veth has an MTU of 68 at least; and no route can go by a multicast group.
    const { ipam } = recipe;
    const impossible = { ...ipam, routes: [{ dst: "198.51.100.0/24", gw: "224.0.0.1" }] };
    for (const change of [{ mtu: 20 }, { ipam: impossible }]) {
      const simplenet = networkOn(host, variant, { ...recipe, forceAddress: true, ...change });
      expect(refusalOf(await simplenet.add(c1))).toMatchObject({ code: 100 });
      const [bridge] = JSON.parse(await host.run(["ip", "-json", "-4", "address", "show", "cnibr0"]));
      expect(bridge.addr_info).toContainEqual(expect.objectContaining({ local: "192.0.2.1", prefixlen: 24 }));
    }
  });

  test("as nobody takes its result, leaves nothing", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const env = {
      ...variant.environment,
      CNI_COMMAND: "ADD",
      CNI_CONTAINERID: c1.id,
      CNI_NETNS: c1.netns,
      CNI_IFNAME: "eth0",
      CNI_PATH: variant.directory,
    };
    const command = ["sh", "-c", 'exec "$0" > /dev/full', `${variant.directory}/bridge`];
    const { status, errors } = await host.attempt(command, { env, input: JSON.stringify(recipe) });
    expect(status).toBe(1);
    expect(errors).toContain("ENOSPC");
    expect(difference(before, await snapshot(host))).toEqual([]);
    succeeded(await networkOn(host, variant, recipe).add(c1));
  });
});

/** An IPAM plugin that leases by host-local, but prints something else. */
interface Babbler {
  readonly directory: string;
  /** The verbs that it was called with. */
  calls(): Promise<string[]>;
}

async function installBabbler(host: Host, variant: Variant, text: string): Promise<Babbler> {
  const directory = "/mnt/plugins";
  const lines = [
    "#!/bin/sh",
    `echo "$CNI_COMMAND" >> ${directory}/calls`,
    `sed s/babbler/host-local/ | ${variant.directory}/host-local > /dev/null || exit`,
    `[ "$CNI_COMMAND" != ADD ] || printf %s '${text}'`,
  ];
  await host.write(`${directory}/babbler`, `${lines.join("\n")}\n`, 0o755);
  await host.write(`${directory}/calls`, "");
  return { directory, calls: async () => (await host.run(["cat", `${directory}/calls`])).split("\n") };
}

import { describe, expect } from "vitest";
import { findReference } from "../../scripts/bench/reference.mjs";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Configuration, type Network, networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeFirewall } from "./firewall.ts";
import type { Wish, WrittenAttachment } from "./programs/firewall.ts";

/** The Go plugins, where they can be had. */
const reference = findReference();

const attachment: WrittenAttachment = ["simplenet", "c1", "eth0"];
const remove: Wish = { do: "remove", attachment, known: [] };

const base: Configuration = {
  ...{ cniVersion: "1.0.0", name: "simplenet", type: "bridge", bridge: "cnibr0", isGateway: true },
  ipam: {
    type: "host-local",
    ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }], [{ subnet: "fd00:10:20::/64" }]],
  },
};

const configurations = {
  "masquerade rules of iptables": { ...base, ipMasq: true, ipMasqBackend: "iptables" },
  "masquerade rules of nftables": { ...base, ipMasq: true, ipMasqBackend: "nftables" },
  "guard of a port": { ...base, macspoofchk: true },
};

describeFirewall("between the Go plugin and this one,", (program) => {
  for (const [what, configuration] of Object.entries(configurations)) {
    describe(`the ${what}`, () => {
      for (const [how, before] of [
        ["", async () => {}],
        [
          ", whose addresses the guest flushed,",
          (c1: Container) => c1.run(["ip", "address", "flush", "dev", "eth0"]),
        ],
      ] as const) {
        test(`of a container of the Go plugin${how} go`, async ({ host, skip }) => {
          const { c1, network } = await prepare(host, configuration, skip);
          const empty = await rules(host);
          succeeded(await network.add(c1));
          expect(await rules(host)).not.toEqual(empty);
          await before(c1);
          await program.grant(host, [remove]);
          expect(await rules(host)).toEqual(empty);
        });
      }

      test("of a container of the Go plugin are collected when it is not valid", async ({ host, skip }) => {
        const { c1, network } = await prepare(host, configuration, skip);
        const empty = await rules(host);
        succeeded(await network.add(c1));
        const made = await rules(host);
        await program.grant(host, [{ do: "collect", network: "simplenet", valid: [["c1", "eth0"]] }]);
        expect(await rules(host)).toEqual(made);
        await program.grant(host, [{ do: "collect", network: "simplenet", valid: [["c1", "eth1"]] }]);
        // A guard's network cannot be told from the random name of the Go plugin's port; and by iptables, whose rules
        // name no interface, a container has rules as long as one of its interfaces is valid.
        expect(await rules(host)).toEqual(what.endsWith("nftables") ? empty : made);
        await program.grant(host, [{ do: "collect", network: "simplenet", valid: [] }]);
        expect(await rules(host)).toEqual(what.startsWith("guard") ? made : empty);
      });
    });
  }

  for (const firewall of ["iptables", "nftables"] as const) {
    test(`rules of ours by ${firewall} go with a DEL of the Go plugin`, async ({ host, skip }) => {
      // A DEL of the Go plugin removes both kinds, and fails at the one of two addresses of a family (QUIRK).
      const single = { ...base, ipam: { type: "host-local", subnet: "10.10.0.0/16" } };
      const configuration = { ...single, ipMasq: true, ipMasqBackend: firewall, macspoofchk: true };
      const { c1, network } = await prepare(host, configuration, skip);
      const empty = await rules(host);
      const answer = await network.add(c1);
      succeeded(answer);
      const { interfaces, ips } = answer.json as {
        interfaces: { name: string; mac: string }[];
        ips: { address: string }[];
      };
      const addresses = ips.map(({ address }) => address);
      // In place of those that the Go plugin made: the same, and what only this one has.
      await program.grant(host, [
        remove,
        { do: "add", firewall, attachment, addresses },
        {
          ...{ do: "guard", attachment, port: interfaces[1]?.name ?? "", mac: interfaces[2]?.mac ?? "" },
          addresses: addresses.map((address) => address.replace(/\/.*/, "")),
        },
      ]);
      await c1.run(["ping", "-c1", "-W2", "10.10.0.1"]);
      const { output } = await network.del(c1);
      // With the nftables backend, its DEL says that there is no chain of iptables, after it has removed everything.
      if (firewall === "iptables") expect(output).toBe("");
      expect(await rules(host)).toEqual(empty);
    });
  }
});

async function prepare(
  host: Host,
  configuration: Configuration,
  skip: (reason: string) => void,
): Promise<{ c1: Container; network: Network }> {
  const { directory } = reference;
  if (directory === undefined) skip(`needs the Go plugins: ${reference.reason}`);
  const variant = { name: "go", directory: directory ?? "", environment: {} };
  const network = networkOn(host, variant, configuration);
  // Its tables stay.
  const c0 = await host.container("c0");
  succeeded(await network.add(c0));
  await network.del(c0);
  await c0.lose();
  return { c1: await host.container("c1"), network };
}

/** The rules of a host, one line each. */
async function rules(host: Host): Promise<string[]> {
  return difference(
    [],
    (await snapshot(host)).filter(({ kind }) => kind === "rule"),
  );
}

import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { network100, withResult } from "./networks.ts";
import { testInMachine } from "./test.ts";
import { contentsForVariants, describeVariants } from "./variants.ts";
import { portOf } from "./vlans.ts";

const trunk = { ...network100, vlanTrunk: [{ id: 101 }] };

/** What somebody may do to a port that was in VLAN 100, and tagged in 101. */
const changes = [
  { what: "its VLAN was taken from the port", words: ["del", "vid", "100"] },
  { what: "a VLAN of its trunk was taken from the port", words: ["del", "vid", "101"] },
  { what: "its VLAN is no longer the one of frames without tags", words: ["add", "vid", "100"] },
] as const;

const test = testInMachine(contentsForVariants);

describeVariants("CHECK of a network with VLANs", (variant) => {
  for (const cniVersion of ["0.4.0", "1.0.0", "1.1.0"]) {
    test(`succeeds after ADD, in version ${cniVersion}`, async ({ host }) => {
      const configuration = { ...trunk, cniVersion };
      const network = networkOn(host, variant, configuration);
      const c1 = await host.container("c1");
      const added = await network.add(c1);
      succeeded(added);
      succeeded(await network.call("CHECK", c1, withResult(configuration, added)));
    });
  }

  for (const { what, words } of changes) {
    test(`fails when ${what}`, async ({ host }) => {
      const network = networkOn(host, variant, trunk);
      const c1 = await host.container("c1");
      const added = await network.add(c1);
      const [command, ...rest] = words;
      await host.run(["bridge", "vlan", command, "dev", portOf(added), ...rest]);
      expect(refusalOf(await network.call("CHECK", c1, withResult(trunk, added))).msg).toMatch(/vlan/i);
    });
  }
});

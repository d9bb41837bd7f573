import { describe, expect } from "vitest";
import { findReference } from "../../scripts/bench/reference.mjs";
import { succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import type { Variant } from "../fixture/variants.ts";
import type { Contents } from "./machine.ts";
import { network100, withResult } from "./networks.ts";
import { reaches } from "./reach.ts";
import { testInMachine } from "./test.ts";
import { contentsForVariants, pluginsAt, variants } from "./variants.ts";
import { linksOn, portOf } from "./vlans.ts";

const reference: Variant = { name: "reference", directory: "/opt/cni/reference", environment: {} };

const test = testInMachine(contentsWithReference);

for (const variant of variants) {
  describeChange(variant, reference);
  describeChange(reference, variant);
}

/** Describes a host whose plugins are replaced while a container runs. */
function describeChange(first: Variant, second: Variant) {
  describe(`ADD by [${first.name}] in a VLAN`, () => {
    test(`is what CHECK and DEL by [${second.name}] expect`, async ({ host }) => {
      const c1 = await host.container("c1");
      const added = await networkOn(host, first, network100).add(c1);
      const port = portOf(added);
      const network = networkOn(host, second, network100);
      succeeded(await network.call("CHECK", c1, withResult(network100, added)));
      succeeded(await network.call("DEL", c1, withResult(network100, added)));
      expect((await linksOn(host)).has(port)).toBe(false);
      expect(await host.run(["find", "/var/lib/cni/networks/network100", "-name", "10.*"])).toBe("");
    });

    test(`leaves a gateway that the next ADD by [${second.name}] uses`, async ({ host }) => {
      const c1 = await host.container("c1");
      const c2 = await host.container("c2");
      succeeded(await networkOn(host, first, network100).add(c1));
      const before = await linksOn(host);
      succeeded(await networkOn(host, second, network100).add(c2));
      expect((await linksOn(host)).size).toBe(before.size + 1);
      expect(await reaches(c2, "10.1.0.1")).toBe(true);
    });
  });
}

function contentsWithReference(): Contents | string {
  const ours = contentsForVariants();
  if (typeof ours === "string") return ours;
  const found = findReference();
  if (found.directory === undefined) return `the Go plugins cannot be had: ${found.reason}`;
  return { copies: { ...ours.copies, ...pluginsAt(reference.directory, found.directory) } };
}

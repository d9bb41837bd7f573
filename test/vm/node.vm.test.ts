import { realpathSync } from "node:fs";
import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { missing, type Variant, variants } from "../fixture/variants.ts";
import type { Contents } from "./machine.ts";
import { network100 } from "./networks.ts";
import { reaches } from "./reach.ts";
import { testInMachine } from "./test.ts";
import { linksOn, portOf, vlansOf } from "./vlans.ts";

const bundles: Variant = { name: "js", directory: "/opt/cni/js", environment: { LXC_CNI_LINKS: "iproute2" } };

const test = testInMachine(contentsWithNode);

test("the bundles for Node.js put a container into a VLAN, and take it out again", async ({ host }) => {
  const network = networkOn(host, bundles, network100);
  const c1 = await host.container("c1");
  const port = portOf(await network.add(c1));
  expect(await vlansOf(host, port)).toEqual(["100 PVID Egress Untagged"]);
  expect(await reaches(c1, "10.1.0.1")).toBe(true);
  succeeded(await network.del(c1));
  expect((await linksOn(host)).has(port)).toBe(false);
});

/** The bundles, and the Node.js that runs this test. */
function contentsWithNode(): Contents | string {
  const here = variants.find(({ name }) => name.startsWith("js"));
  if (here === undefined) return "plugins from elsewhere are no bundles for Node.js";
  const copies = { [bundles.directory]: here.directory, "/usr/bin/node": realpathSync(process.execPath) };
  return missing(here) ?? { copies };
}

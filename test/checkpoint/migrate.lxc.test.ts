import { expect } from "vitest";
import { lxcCni } from "../lxc/command-line.ts";
import { containerAt } from "../lxc/lxc.ts";
import { describeOnce } from "./criu.ts";
import { migration, test } from "./ssh.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, networkOf, startPeer } from "./talk.ts";

const own = ["10.10.0.2", "fd00:10:10::2"];

describeOnce("a container that is moved to another host", (variant) => {
  test("goes on there with its connections, and moves back", async ({ host, there, lxc }) => {
    await define(host, joined);
    await define(there, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const before = await networkOf(host, c1);
    const moved = containerAt(there, c1.name, { path: c1.path });
    try {
      const said = await lxcCni(host, variant, ...migration(variant, c1.name));
      console.log(said);
      await expectToGoOn(peer);
      expect(await networkOf(there, moved)).toBe(before);
      expect([await leases(there), await held(there)]).toEqual([own, []]);
      expect([await leases(host), await held(host)]).toEqual([[], []]);
    } finally {
      await moved.end();
    }
  });
});

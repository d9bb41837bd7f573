import { expect } from "vitest";
import { lxcCni } from "../lxc/command-line.ts";
import { test } from "./criu.ts";
import { createTalker, define, expectToGoOn, joined, startPeer } from "./talk.ts";

test("a container goes on where it was, with its connections", async ({ host, lxc, variant }) => {
  await define(host, joined);
  const c1 = await createTalker(lxc, host, variant, "simplenet");
  await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
  const peer = await startPeer(host);
  await c1.start();
  await expectToGoOn(peer);
  console.log(await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1"));
  console.log(await lxcCni(host, variant, "restore", c1.name, "/mnt/c1"));
  await expectToGoOn(peer);
  expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
});

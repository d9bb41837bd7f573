import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach } from "./attached.ts";

const configuration = {
  ...{ cniVersion: "1.1.0", name: "net", type: "bridge", bridge: "br0", isGateway: true },
  ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00::/64" }]] },
};

describeVariants("a guarded port", (variant) => {
  test("lets only frames with the container's MAC in, and with any of its addresses", async ({ host }) => {
    const [c1, before] = [await host.container("c1"), await snapshot(host)];
    const attached = await attach(host, variant, { ...configuration, macspoofchk: true }, c1);
    await c1.run(["ip", "address", "add", "10.10.0.99/16", "dev", "eth0"]);
    expect(await pingsFrom(c1, "10.10.0.2")).toBe(true);
    expect(await pingsFrom(c1, "10.10.0.99")).toBe(true);
    await c1.run(["ip", "link", "set", "eth0", "address", "02:00:00:00:00:99"]);
    expect(await pingsFrom(c1, "10.10.0.2")).toBe(false);
    succeeded(await attached.del());
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("lets only packets from the container's own addresses in", async ({ host }) => {
    const [c1, before] = [await host.container("c1"), await snapshot(host)];
    const attached = await attach(host, variant, { ...configuration, ipSpoofCheck: true }, c1);
    await c1.run(["ip", "address", "add", "10.10.0.99/16", "dev", "eth0"]);
    await c1.run(["ip", "address", "add", "fd00::99/64", "dev", "eth0", "nodad"]);
    expect(await pingsFrom(c1, "10.10.0.2")).toBe(true);
    expect(await pingsFrom(c1, "fd00::2")).toBe(true);
    expect(await Promise.all([pingsFrom(c1, "10.10.0.99"), pingsFrom(c1, "fd00::99")])).toEqual([
      false,
      false,
    ]);
    succeeded(await attached.check());
    succeeded(await attached.del());
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

/** Whether the gateway answers within a second a container that says that this is its address. */
async function pingsFrom(container: Container, address: string): Promise<boolean> {
  const gateway = address.includes(":") ? "fd00::1" : "10.10.0.1";
  return (await container.attempt(["ping", "-c1", "-W1", "-I", address, gateway])).status === 0;
}

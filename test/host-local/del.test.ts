import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { test } from "./network.ts";

const slash24 = { subnet: "10.1.2.0/24" };

describe("DEL", () => {
  test("ends the leases of the attachment in all sets, and no others", ({ network }) => {
    const ranges = [[slash24], [{ subnet: "2001:db8:1::/64" }]];
    network.add({ ranges });
    network.add({ ranges }, { interface: "eth1" });
    network.add({ ranges }, { container: "other" });
    network.del({ ranges });
    expect(network.leases()).toEqual({
      "10.1.2.3": "dummy\r\neth1",
      "2001:db8:1::3": "dummy\r\neth1",
      "10.1.2.4": "other\r\neth0",
      "2001:db8:1::4": "other\r\neth0",
    });
    network.del({ ranges }, { interface: "eth1" });
    expect(Object.keys(network.leases())).toEqual(["10.1.2.4", "2001:db8:1::4"]);
    expect(network.read("last_reserved_ip.0")).toBe("10.1.2.4");
  });

  test("succeeds when there is nothing, and makes no directory", ({ network }) => {
    network.del(slash24);
    expect(existsSync(network.directory)).toBe(false);
  });

  test("succeeds a second time", ({ network }) => {
    network.add(slash24);
    network.del(slash24);
    network.del(slash24);
    expect(network.leases()).toEqual({});
  });

  test("ends a lease of the container alone, unless there is one of the interface", ({ network }) => {
    network.write("10.1.2.7", "dummy");
    network.write("10.1.2.8", "dummy\r\neth0");
    network.del(slash24);
    expect(network.leases()).toEqual({ "10.1.2.7": "dummy" });
    network.del(slash24);
    expect(network.leases()).toEqual({});
  });

  test("takes no notice of white space around a lease", ({ network }) => {
    network.write("10.1.2.7", "  dummy\r\neth0\n");
    network.del(slash24);
    expect(network.leases()).toEqual({});
  });

  test("removes what a killed ADD left behind, whoever it was for", ({ network }) => {
    network.write(".lxc-cni-00112233", "other\r\neth0");
    network.write(".lxc-cni-44556677", "");
    network.del(slash24);
    expect(network.leases()).toEqual({});
  });

  test("works, as ADD does, beside a directory that is called as what a killed ADD leaves", ({ network }) => {
    const stranger = `${network.directory}/.lxc-cni-x`;
    mkdirSync(stranger, { recursive: true });
    expect(network.add(slash24)).toEqual(["10.1.2.2/24"]);
    network.del(slash24);
    expect(readdirSync(network.directory)).not.toContain("10.1.2.2");
    expect(existsSync(stranger)).toBe(true);
  });

  test("removes neither the lock nor last_reserved_ip for a container named like their content", ({
    network,
  }) => {
    network.add(slash24);
    network.del(slash24, { container: "10.1.2.2" });
    expect(network.read("last_reserved_ip.0")).toBe("10.1.2.2");
    expect(network.read("lock")).toBe("");
  });

  test.for([
    { subnet: "10.1.2.3/24" },
    { subnet: "10.1.2.0/99", ranges: [] },
    { ranges: [[null]], routes: [{ dst: "x" }], resolvConf: "/nonexistent" },
    { ranges: "none", routes: 7, subnet: false },
  ])("works with a configuration that has become invalid: %j", (ipam, { network }) => {
    network.add(slash24);
    network.del(ipam, { arguments: "IP=x;ADOPT=maybe", config: { args: { cni: { ips: ["x"] } } } });
    expect(network.leases()).toEqual({});
  });
});

import { describe, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { anyVariant, describeVariants, type Variant } from "../fixture/variants.ts";
import { attempt, expectRefused, lxcCni, writeNetworks } from "./command-line.ts";
import { type LxcContainer, test } from "./lxc.ts";
import { emptyNetwork } from "./ways.ts";

describeVariants("lxc-cni attach", (variant) => {
  test("gives a running container an interface, which detach takes away again", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", [], { env: variant.environment });
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    await c1.start();
    const before = await snapshot(host);

    expect(await lxcCni(host, variant, "attach", c1.name, "backnet")).toBe(
      `${c1.name}: eth1 on backnet, 10.20.0.2/16`,
    );
    const json = await lxcCni(host, variant, "attach", "--json", c1.name, "backnet:data0,ip=10.20.0.77");
    expect(JSON.parse(json)).toMatchObject({ cniVersion: "1.0.0", ips: [{ address: "10.20.0.77/16" }] });
    expect((await c1.addresses()).sort()).toEqual(["10.10.0.2/16", "10.20.0.2/16", "10.20.0.77/16"]);
    await c1.run(["ping", "-c", "1", "-W", "2", "-I", "data0", "10.20.0.1"]);

    await expectRefused(host, variant, ["detach", c1.name, "backnet"], "backnet:eth1, backnet:data0");
    await lxcCni(host, variant, "detach", c1.name, "backnet:eth1");
    expect(await lxcCni(host, variant, "detach", c1.name, "data0")).toBe(
      `${c1.name}: no longer data0 on backnet`,
    );
    expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
    expect(await leases(host, "backnet")).toEqual([]);
    // The bridge of backnet, which is nobody's, stays; what was there before is as it was.
    const changes = difference(before, await snapshot(host));
    expect(changes.filter((line) => !/cnibr1|backnet|10\.20\./.test(line))).toEqual([]);
  });
});

describe("lxc-cni attach, of any kind", () => {
  const variant = anyVariant() as Variant;

  test("lasts until the container reboots or stops, and leaves nothing then", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    for (const end of ["reboot", "stop"] as const) {
      if (end === "reboot") await c1.start();
      expect((await attempt(host, variant, ["attach", c1.name, "backnet"])).errors).toBe("");
      expect(await c1.addresses()).toHaveLength(2);
      await c1[end]();
      expect(await leases(host, "backnet")).toEqual([]);
      if (end === "reboot") expect(await c1.addresses()).toEqual([expect.stringMatching(/^10\.10\./)]);
    }
    expect(await leases(host, "simplenet")).toEqual([]);
    expect(await host.run(["ls", "/var/lib/lxc-cni/incarnations", "/var/lib/cni/results"])).toBe(
      "/var/lib/cni/results:\n\n/var/lib/lxc-cni/incarnations:",
    );
  });

  test("takes away what the hook gave, too, which comes back at the next start", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    await lxcCni(host, variant, "enable", c1.name, "simplenet", "backnet");
    await c1.start();
    await lxcCni(host, variant, "detach", c1.name, "eth0");
    expect(await c1.addresses()).toEqual(["10.20.0.2/16"]);
    // eth0 is free again.
    await lxcCni(host, variant, "attach", c1.name, "simplenet");
    await lxcCni(host, variant, "detach", c1.name, "simplenet");
    await lxcCni(host, variant, "detach", c1.name, "backnet");
    expect(await c1.addresses()).toEqual([]);
    await c1.reboot();
    expect(await c1.addresses()).toHaveLength(2);
    await c1.stop();
    expect([...(await leases(host, "simplenet")), ...(await leases(host, "backnet"))]).toEqual([]);
  });

  test("may come while the container starts, which starts all the same", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    for (let start = 1; start <= 5; start++) {
      // From before the start on, again and again, until it has come to pass.
      const attaching = `until ${variant.directory}/lxc-cni attach ${c1.name} backnet; do :; done`;
      await Promise.all([c1.start(), host.run(["timeout", "20", "sh", "-c", attaching])]);
      expect((await c1.addresses()).map((address) => address.replace(/\.\d+\.\d+\/.*/, "")).sort()).toEqual([
        "10.10",
        "10.20",
      ]);
      await c1.stop();
      expect([...(await leases(host, "simplenet")), ...(await leases(host, "backnet"))]).toEqual([]);
    }
  });

  test("works for a container that was started without the hook, and warns; the next run sweeps", async ({
    host,
    lxc,
  }) => {
    await writeNetworks(host);
    const path = `/var/lib/${"long-".repeat(20)}`;
    const c1 = await lxc.create("c1", emptyNetwork, { path });
    await c1.start();
    const { errors } = await attempt(host, variant, ["attach", "-P", path, c1.name, "simplenet"]);
    expect(errors).toContain("was started without lxc-cni");
    expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
    await lxcCni(host, variant, "detach", "-P", path, c1.name, "simplenet");
    expect(await host.run(["ls", "/var/lib/lxc-cni/incarnations"])).toBe("");

    await attempt(host, variant, ["attach", "-P", path, c1.name, "simplenet"]);
    await c1.stop();
    expect(await leases(host, "simplenet")).toHaveLength(1);
    await c1.start();
    await attempt(host, variant, ["attach", "-P", path, c1.name, "backnet"]);
    expect(await leases(host, "simplenet")).toEqual([]);
    expect(await c1.addresses()).toEqual(["10.20.0.2/16"]);
  });

  test("works for a container with ids of its own", async ({ host, lxc }) => {
    await writeNetworks(host);
    for (const file of ["/etc/subuid", "/etc/subgid"]) await host.write(file, "root:100000:65536\n");
    // The machine's own /var/lib/lxc may be closed to the container's root.
    await host.run(["mkdir", "-p", "/var/lib/lxc"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib/lxc"]);
    const idmap = ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"];
    const c1 = await lxc.create("c1", idmap);
    await host.run(["chown", "-R", "100000:100000", c1.configFile.replace(/config$/, "rootfs")]);
    await host.run(["chmod", "755", c1.configFile.replace(/\/config$/, "")]);
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    await c1.start();
    await lxcCni(host, variant, "attach", c1.name, "backnet");
    expect((await c1.addresses()).sort()).toEqual(["10.10.0.2/16", "10.20.0.2/16"]);
    await lxcCni(host, variant, "detach", c1.name, "backnet");
    expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
  });

  test("refuses what cannot be, and leaves nothing of it", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    await expectRefused(host, variant, ["attach", c1.name, "backnet"], "does not run");
    await expectRefused(host, variant, ["detach", c1.name, "simplenet"], "does not run");
    await c1.start();
    const record = await recordsOf(host);
    await expectRefused(host, variant, ["attach", c1.name, "missing"], '"missing"');
    await expectRefused(
      host,
      variant,
      ["attach", c1.name, "backnet:eth0"],
      "has eth0, on simplenet, already",
    );
    const lo = await host.attempt([`${variant.directory}/lxc-cni`, "attach", c1.name, "backnet:lo"]);
    expect(lo).toMatchObject({ status: 2, errors: expect.stringContaining("a container has lo already") });
    await expectRefused(host, variant, ["attach", c1.name, "backnet,ip=10.99.0.1"], "10.99.0.1");
    await expectRefused(host, variant, ["detach", c1.name, "backnet"], "it has simplenet:eth0");
    await expectRefused(host, variant, ["attach", "nobody", "backnet"], `there is ${c1.name}`);
    expect(await recordsOf(host)).toBe(record);
    expect(await leases(host, "backnet")).toEqual([]);
    await stillRuns(c1);
  });
});

async function leases(host: Host, network: string): Promise<string[]> {
  const { output } = await host.attempt(["ls", `/var/lib/cni/networks/${network}`]);
  return output.split("\n").filter((name) => /^\d+\./.test(name));
}

async function recordsOf(host: Host): Promise<string> {
  return host.run(["sh", "-c", "cat /var/lib/lxc-cni/incarnations/*; ls /var/lib/cni/results"]);
}

async function stillRuns(container: LxcContainer): Promise<void> {
  expect(await container.addresses()).toEqual(["10.10.0.2/16"]);
}

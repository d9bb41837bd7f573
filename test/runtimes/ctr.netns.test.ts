import { describe, expect, vi } from "vitest";
import { attachOutside, type Outside } from "../fixture/outside.ts";
import { snapshot } from "../fixture/snapshot.ts";
import { bridgeCallsOn } from "./calls.ts";
import { startContainerd } from "./containerd.ts";
import { leftovers } from "./leftovers.ts";
import { bridgeAlone, chain } from "./networks.ts";
import { patient, testWith } from "./test.ts";
import { addressesIn, nameServedAt, ping, placeIn } from "./traffic.ts";

describe.each(["containerd-1", "containerd-2"] as const)("ctr run --cni [%s]", patient, (which) => {
  const test = testWith(async () => {
    const containerd = await startContainerd(which);
    if (typeof containerd === "object") outside = await attachOutside(containerd.host);
    return containerd;
  });
  let outside: Outside;

  test("the first container leaves the host as it was", async ({ runtime }) => {
    const { host } = runtime;
    const before = await snapshot(host);
    await runtime.configure(bridgeAlone("1.0.0"));
    const end = runtime.run("first");
    const first = placeIn(host, await runtime.netnsOf("first"));
    expect(await addressesIn(first)).toEqual(["10.88.0.2", "fd10:88::2"]);
    expect(await nameServedAt("10.88.0.2", host)).toBe("first");
    await runtime.ctr(["task", "kill", "--signal", "SIGKILL", "first"]);
    expect((await end).errors).toBe("");
    const [add, del] = ["ADD, namespace", "DEL, no namespace, prevResult"];
    // `task kill` of the newer release says DEL, too; whichever comes second has the result or not.
    const dels = which === "containerd-1" ? [del] : [del, expect.stringMatching("^DEL, no namespace")];
    expect(await bridgeCallsOn(host)).toEqual([add, ...dels]);
    expect(await leftovers(host, before)).toEqual([
      expect.stringContaining("+ file /etc/cni/net.d/10-network.conflist"),
    ]);
  });

  test("containers reach each other and, masqueraded, the outside", async ({ runtime }) => {
    const { host } = runtime;
    await runtime.configure(chain("1.0.0"));
    expect((await runtime.run("before", ["true"])).status).toBe(0);
    const before = await snapshot(host);

    const names = ["one", "two"];
    const ends = names.map((name) => runtime.run(name));
    const [one, two] = (await Promise.all(names.map((name) => runtime.netnsOf(name)))).map((netns) =>
      placeIn(host, netns),
    );
    if (one === undefined || two === undefined) throw new Error("two were asked for");
    const [v4 = "", v6 = ""] = await addressesIn(two);
    expect(await nameServedAt(v4, one)).toBe("two");
    expect(await nameServedAt(`[${v6}]`, one)).toBe("two");
    await ping(outside.address, one);
    expect(await outside.sources()).toEqual([outside.hostAddress]);
    expect(await one.run(["cat", "/proc/sys/net/ipv4/conf/eth0/arp_notify"])).toBe("1");

    for (const name of names) await runtime.ctr(["task", "kill", "--signal", "SIGKILL", name]);
    expect((await Promise.all(ends)).map(({ status }) => status)).toEqual([137, 137]);
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("20 at once get 20 addresses, and leave nothing", async ({ runtime }) => {
    const { host } = runtime;
    await runtime.configure(chain("1.0.0"));
    expect((await runtime.run("before", ["true"])).status).toBe(0);
    const before = await snapshot(host);

    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const ends = names.map((name) => runtime.run(name));
    const places = (await Promise.all(names.map(runtime.netnsOf))).map((netns) => placeIn(host, netns));
    const addresses = (await Promise.all(places.map(addressesIn))).flat();
    expect(new Set(addresses).size).toBe(40);
    const served = addresses.filter((address) => address.startsWith("10.88.0."));
    expect(await Promise.all(served.map((address) => nameServedAt(address, host)))).toEqual(names);

    for (const name of names) await runtime.ctr(["task", "kill", "--signal", "SIGKILL", name]);
    expect((await Promise.all(ends)).map(({ errors }) => errors)).toEqual(names.map(() => ""));
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("a container that was started to stay leaves nothing when all of it is deleted", async ({
    runtime,
  }) => {
    const { host } = runtime;
    await runtime.configure(bridgeAlone("1.0.0"));
    const before = await snapshot(host);
    await bridgeCallsOn(host);
    await runtime.start("detached");
    await runtime.ctr(["task", "kill", "--signal", "SIGKILL", "detached"]);
    const calls = await bridgeCallsOn(host);
    await vi.waitFor(() => runtime.ctr(["task", "delete", "detached"]), { timeout: 10_000, interval: 50 });
    await runtime.ctr(["container", "delete", "detached"]);

    if (which === "containerd-2") {
      expect(calls).toEqual(["ADD, namespace", "DEL, no namespace, prevResult"]);
      expect(await leftovers(host, before)).toEqual([]);
      return;
    }
    // This release never says DEL; what it leaves behind, GC finds.
    expect([...calls, ...(await bridgeCallsOn(host))]).toEqual(["ADD, namespace"]);
    expect(await leftovers(host, before)).not.toEqual([]);
    const { name, plugins } = bridgeAlone("1.1.0");
    const configuration = { ...plugins[0], name, cniVersion: "1.1.0", "cni.dev/valid-attachments": [] };
    await host.run(["/opt/cni/bin/bridge"], {
      env: { CNI_COMMAND: "GC", CNI_PATH: "/opt/cni/bin" },
      input: JSON.stringify(configuration),
    });
    const ofLibcni = /^\+ file \/var\/lib\/cni\/results\/alone-default-detached-eth0 /;
    expect((await leftovers(host, before)).filter((line) => !ofLibcni.test(line))).toEqual([]);
  });

  if (which === "containerd-1")
    test("a result that the runtime does not understand is undone", async ({ runtime }) => {
      const { host } = runtime;
      await runtime.configure(bridgeAlone("1.0.0"));
      const before = await snapshot(host);
      await bridgeCallsOn(host);

      await host.write("/etc/cni/net.d/10-network.conflist", JSON.stringify(bridgeAlone("1.1.0")));
      const { status, errors } = await runtime.run("newer", ["true"]);
      expect(status).toBe(1);
      expect(errors).toContain('unsupported CNI result version "1.1.0"');
      expect(await bridgeCallsOn(host)).toEqual(["ADD, namespace", "DEL, no namespace"]);
      await runtime.configure(bridgeAlone("1.0.0"));
      // ctr leaves the container as it was about to start.
      await runtime.ctr(["task", "delete", "--force", "newer"]);
      expect(await leftovers(host, before)).toEqual([]);
    });
});

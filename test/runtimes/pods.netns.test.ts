import { describe, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { attachOutside, type Outside } from "../fixture/outside.ts";
import { snapshot } from "../fixture/snapshot.ts";
import { bridgeCallsOn, callsOn } from "./calls.ts";
import { type Containerd, startContainerd } from "./containerd.ts";
import { leftovers } from "./leftovers.ts";
import { chain } from "./networks.ts";
import { patient, testWith } from "./test.ts";
import { nameServedAt, ping, placeIn } from "./traffic.ts";

describe.each([
  { which: "containerd-1", cniVersion: "1.0.0" },
  { which: "containerd-2", cniVersion: "1.1.0" },
] as const)("pods by CRI [$which]", patient, ({ which, cniVersion }) => {
  let outside: Outside;
  const test = testWith(async () => {
    const containerd = await startContainerd(which);
    if (typeof containerd === "object") outside = await attachOutside(containerd.host);
    return containerd;
  });

  test("pods reach each other and the outside, are reached by their ports, and leave nothing", async ({
    runtime,
  }) => {
    const { host, pods } = runtime;
    await runtime.configure(chain(cniVersion));
    await cycle(runtime, "before");
    expect(new Set((await callsOn(host)).map(({ path }) => path))).toEqual(new Set(["/opt/cni/bin"]));
    const before = await snapshot(host);

    const a = await pods.run("a", { ports: [{ host: 8080, pod: 80 }] });
    const b = await pods.run("b");
    const [statusA, statusB] = [await pods.status(a), await pods.status(b)];
    const [inA, inB] = [placeIn(host, statusA.netns), placeIn(host, statusB.netns)];
    const [v4 = "", v6 = ""] = statusA.addresses;

    expect(await nameServedAt(v4, inB)).toBe("a");
    expect(await nameServedAt(`[${v6}]`, inB)).toBe("a");
    const published = `${outside.hostAddress}:8080`;
    expect(await nameServedAt(published, placeIn(host, "/run/netns/outside"))).toBe("a");
    expect(await nameServedAt(published, inB)).toBe("a");
    expect(await nameServedAt(published, inA)).toBe("a");
    expect(await nameServedAt(published, host)).toBe("a");
    expect(await nameServedAt("127.0.0.1:8080", host)).toBe("a");
    await ping(outside.address, inA);
    expect(await outside.sources()).toEqual([outside.hostAddress]);

    for (const pod of [a, b]) {
      await callsOn(host);
      await pods.stop(pod);
      await pods.stop(pod);
      await pods.remove(pod);
      expect(await bridgeCallsOn(host)).toEqual([
        "DEL, namespace, prevResult",
        "DEL, no namespace",
        "DEL, no namespace",
      ]);
    }
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("20 at once are 20 pods, and leave nothing", async ({ runtime }) => {
    const { host, pods } = runtime;
    await runtime.configure(chain(cniVersion));
    await cycle(runtime, "before");
    const before = await snapshot(host);

    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const ids = await Promise.all(
      names.map((name, index) => pods.run(name, { ports: [{ host: 9000 + index, pod: 80 }] })),
    );
    const addresses = (await Promise.all(ids.map((id) => pods.status(id)))).flatMap(
      (status) => status.addresses,
    );
    expect(new Set(addresses).size).toBe(40);
    const served = names.map((_, index) => nameServedAt(`127.0.0.1:${9000 + index}`, host));
    expect(await Promise.all(served)).toEqual(names);

    await Promise.all(ids.map((id) => pods.stop(id)));
    await Promise.all(ids.map((id) => pods.remove(id)));
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("pods outlive the runtime, which then takes them away", async ({ runtime }) => {
    const { host, pods } = runtime;
    await runtime.configure(chain(cniVersion));
    await cycle(runtime, "before");
    const before = await snapshot(host);

    const pod = await pods.run("outliving", { ports: [{ host: 8080, pod: 80 }] });
    await runtime.restart();
    expect(await nameServedAt("127.0.0.1:8080", host)).toBe("outliving");
    await pods.stop(pod);
    await pods.remove(pod);
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("after a crash of the host, the pods' leases go with the pods", async ({ runtime }) => {
    const { host, pods } = runtime;
    await runtime.configure(chain(cniVersion));
    const lost = [await pods.run("lost"), await pods.run("lost-too", { ports: [{ host: 8080, pod: 80 }] })];
    expect(await leasesOn(host)).toHaveLength(4);
    await runtime.crash();
    await callsOn(host);
    for (const pod of lost) await pods.stop(pod);
    expect(await leasesOn(host)).toEqual([]);
    for (const pod of lost) await pods.remove(pod);
    const [stopped, removed] = ["DEL, no namespace, prevResult", "DEL, no namespace"];
    expect(await bridgeCallsOn(host)).toEqual([stopped, stopped, removed, removed]);

    const next = await pods.run("next", { ports: [{ host: 8080, pod: 80 }] });
    expect(await nameServedAt("127.0.0.1:8080", host)).toBe("next");
    await pods.stop(next);
    await pods.remove(next);
    expect(await leasesOn(host)).toEqual([]);
  });

  if (which === "containerd-2") {
    test("STATUS of every plugin is asked before there is a pod", async ({ runtime }) => {
      await callsOn(runtime.host);
      await runtime.configure(chain(cniVersion, "asked"));
      const calls = await callsOn(runtime.host);
      expect(calls.slice(0, 2).map(({ plugin, command, status }) => [plugin, command, status])).toEqual([
        ["host-local", "STATUS", 0],
        ["bridge", "STATUS", 0],
      ]);
    });

    test("where the runtime injects failures, the next pod comes up, and nothing is left", async ({
      runtime,
    }) => {
      const { host, pods } = runtime;
      const { plugins, ...network } = chain(cniVersion, "failing");
      const [bridge, ...others] = plugins;
      const annotations = "io.kubernetes.cri.pod-annotations";
      const failing = { ...bridge, type: "cni-bridge-fp", capabilities: { [annotations]: true } };
      await runtime.configure({ ...network, plugins: [failing, ...others] });
      await cycle(runtime, "before");
      const before = await snapshot(host);

      const file = "/mnt/runtime/failures.json";
      await host.write(file, JSON.stringify({ cmdAdd: "1*error(no way in)", cmdDel: "1*error(no way out)" }));
      const options = { annotations: { "failpoint.cni.containerd.io/confpath": file } };
      await expect(pods.run("failing", options)).rejects.toThrow("no way in");
      const pod = await pods.run("next", options);
      const { netns } = await pods.status(pod);
      await ping("10.88.0.1", placeIn(host, netns));
      await pods.stop(pod);
      await pods.remove(pod);
      expect(await leftovers(host, before)).toEqual([]);
    });
  }
});

/** The addresses that are leased. */
async function leasesOn(host: Host): Promise<string[]> {
  const names = await host.run(["ls", "/var/lib/cni/networks/runtimes"]);
  return names.split("\n").filter((name) => /^[0-9a-f]+[.:]/.test(name));
}

/** Has a pod come and go, with a port: after that there is what the Go plugins make once and leave. */
async function cycle({ pods }: Containerd, name: string): Promise<void> {
  const pod = await pods.run(name, { ports: [{ host: 8080, pod: 80 }] });
  await pods.stop(pod);
  await pods.remove(pod);
}

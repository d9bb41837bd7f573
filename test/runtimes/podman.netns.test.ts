import { describe, expect } from "vitest";
import { attachOutside, type Outside } from "../fixture/outside.ts";
import { type Snapshot, snapshot } from "../fixture/snapshot.ts";
import { callsOn } from "./calls.ts";
import { image } from "./image.ts";
import { leftovers } from "./leftovers.ts";
import { type Podman, setUpPodman } from "./podman.ts";
import { patient, testWith } from "./test.ts";
import { addressesIn, nameServedAt, ping, placeIn } from "./traffic.ts";

describe("podman", patient, () => {
  let outside: Outside;
  let before: Snapshot;
  const test = testWith(async () => {
    const podman = await setUpPodman();
    if (typeof podman === "string") return podman;
    outside = await attachOutside(podman.host);
    await makeNetworks(podman);
    before = await snapshot(podman.host);
    return podman;
  });

  test("containers reach each other and the outside, and are reached by their ports", async ({ runtime }) => {
    const { host } = runtime;
    await callsOn(host);
    const one = await runtime.start("one", ["--network", "both", "--publish", "8080:80"]);
    const versions = (await callsOn(host)).filter(({ command }) => command === "VERSION");
    expect(versions.map(({ plugin, netns, status }) => [plugin, netns, status])).toEqual(
      // For each network that there is.
      ["both", "small", "inside"].map(() => ["bridge", "dummy", 0]),
    );
    const two = await runtime.start("two", ["--network", "both"]);
    const [v4 = "", v6 = ""] = await addressesIn(one);

    expect(await nameServedAt(v4, two)).toBe("one");
    expect(await nameServedAt(`[${v6}]`, two)).toBe("one");
    const published = `${outside.hostAddress}:8080`;
    expect(await nameServedAt(published, placeIn(host, "/run/netns/outside"))).toBe("one");
    expect(await nameServedAt(published, one)).toBe("one");
    expect(await nameServedAt(published, two)).toBe("one");
    expect(await nameServedAt("127.0.0.1:8080", host)).toBe("one");
    await ping(outside.address, one);
    expect(await outside.sources()).toEqual([outside.hostAddress]);

    await runtime.remove("one", "two");
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("a container gets the addresses that it asks for, or none", async ({ runtime }) => {
    const { host } = runtime;
    const mac = "92:d0:c6:0a:29:33";
    const asking = ["--ip", "10.89.0.77", "--mac-address", mac];
    const one = await runtime.start("one", ["--network", "both", ...asking]);
    expect(await addressesIn(one)).toEqual(["10.89.0.77", expect.stringMatching(/^fd10:89::/)]);
    expect(await one.run(["ip", "link", "show", "eth0"])).toContain(`link/ether ${mac}`);
    await expect(runtime.start("two", ["--network", "both", "--ip", "10.89.0.77"])).rejects.toThrow(
      "requested IP address 10.89.0.77 is not available",
    );
    await runtime.remove("one", "two");

    const three = await runtime.start("three", ["--network", "both:ip=10.89.0.200,ip=fd10:89::200"]);
    expect(await addressesIn(three)).toEqual(["10.89.0.200", "fd10:89::200"]);
    await runtime.remove("three");
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("a container is connected to a further network, and disconnected", async ({ runtime }) => {
    const { host, podman } = runtime;
    const one = await runtime.start("one", ["--network", "both"]);
    const two = await runtime.start("two", ["--network", "small"]);
    const [address = ""] = await addressesIn(two);
    await podman(["network", "connect", "small", "one"]);
    expect(await one.run(["ip", "-4", "route", "get", address])).toContain("dev eth1");
    expect(await nameServedAt(address, one)).toBe("two");
    await podman(["network", "disconnect", "small", "one"]);
    await expect(one.run(["ip", "link", "show", "eth1"])).rejects.toThrow("does not exist");
    expect(await nameServedAt((await addressesIn(one))[0] ?? "", host)).toBe("one");
    await runtime.remove("one", "two");
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("a network has the MTU and the range that it was made with", async ({ runtime }) => {
    const show = ["ip", "-o", "address", "show", "dev", "eth0"];
    expect(await runtime.runOnce(["--network", "small"], ["cat", "/sys/class/net/eth0/mtu"])).toBe("1400");
    const [, last] =
      /inet 10\.89\.1\.(\d+)\/24/.exec(await runtime.runOnce(["--network", "small"], show)) ?? [];
    expect(Number(last)).toBeGreaterThanOrEqual(128);
    expect(await leftovers(runtime.host, before)).toEqual([]);
  });

  test("an internal network has no way out", async ({ runtime }) => {
    const one = await runtime.start("one", ["--network", "inside"]);
    const two = await runtime.start("two", ["--network", "inside"]);
    const [address = ""] = await addressesIn(two);
    expect(await nameServedAt(address, one)).toBe("two");
    expect(await one.run(["ip", "route", "show", "default"])).toBe("");
    await expect(ping(outside.address, one)).rejects.toThrow("Network is unreachable");
    await runtime.remove("one", "two");
    expect(await leftovers(runtime.host, before)).toEqual([]);
  });

  test("a pod is one place, with its ports", async ({ runtime }) => {
    const { host, podman } = runtime;
    await runtime.startPod("pod", ["--network", "both", "--publish", "8081:80"]);
    // First from outside, where whoever asks waits until somebody serves.
    expect(await nameServedAt(`${outside.hostAddress}:8081`, placeIn(host, "/run/netns/outside"))).toBe(
      "pod",
    );
    expect(await runtime.runOnce(["--pod", "pod"], ["wget", "-q", "-O", "-", "http://127.0.0.1/"])).toBe(
      "pod",
    );
    await podman(["pod", "rm", "--force", "--time", "0", "pod"]);
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("a container that starts again is on its network again", async ({ runtime }) => {
    const { host, podman } = runtime;
    await runtime.start("one", ["--network", "both", "--publish", "8080:80"]);
    await podman(["restart", "--time", "0", "one"]);
    expect(await nameServedAt("127.0.0.1:8080", host)).toBe("one");
    await podman(["stop", "--time", "0", "one"]);
    expect(await leftovers(host, before)).toEqual([]);
    await podman(["start", "one"]);
    expect(await nameServedAt("127.0.0.1:8080", host)).toBe("one");
    await host.run(["iptables", "-t", "nat", "-F"]);
    await podman(["network", "reload", "one"]);
    expect(await nameServedAt("127.0.0.1:8080", host)).toBe("one");
    await runtime.remove("one");
    expect(await leftovers(host, before)).toEqual([]);
  });

  test("8 at once get 8 addresses, and leave nothing", async ({ runtime }) => {
    const show = ["ip", "-4", "-o", "address", "show", "dev", "eth0"];
    const shown = await Promise.all(
      Array.from({ length: 8 }, () => runtime.runOnce(["--network", "both"], show)),
    );
    expect(new Set(shown.map((text) => /inet (\S+)/.exec(text)?.[1])).size).toBe(8);
    expect(await leftovers(runtime.host, before)).toEqual([]);
  });

  test("buildah runs a command on a network, whose namespace is an open file", async ({ runtime }) => {
    const { host } = runtime;
    const buildah = (...words: string[]) => host.run(["buildah", ...words], { deadline: 60_000 });
    const container = await buildah(
      "from",
      "--pull-never",
      "--cgroup-parent",
      `${runtime.cgroup}/buildah`,
      image,
    );
    await callsOn(host);
    const run = ["run", "--isolation", "oci", "--runtime", "runc", "--network", "both", container, "--"];
    expect(await buildah(...run, "ip", "-o", "address", "show", "dev", "eth0")).toContain("inet 10.89.0.");
    await buildah(...run, "ping", "-c", "1", outside.address);
    const adds = (await callsOn(host)).filter(
      ({ plugin, command }) => plugin === "bridge" && command === "ADD",
    );
    expect(adds.map(({ netns }) => netns)).toEqual([
      expect.stringMatching(/^\/proc\/\d+\/fd\/\d+$/),
      expect.stringMatching(/^\/proc\/\d+\/fd\/\d+$/),
    ]);
    expect(await outside.sources()).toEqual([outside.hostAddress]);
    await buildah("rm", container);
    expect(await leftovers(host, before)).toEqual([]);
  });
});

/** Has networks of several kinds on a host, and what the Go plugins make once and leave. */
async function makeNetworks(runtime: Podman): Promise<void> {
  const { host, podman } = runtime;
  const create = (name: string, ...options: string[]) => podman(["network", "create", ...options, name]);
  await create("both", "--ipv6", "--subnet", "10.89.0.0/24", "--subnet", "fd10:89::/64");
  await create("small", "--subnet", "10.89.1.0/24", "--ip-range", "10.89.1.128/25", "--opt", "mtu=1400");
  await create("inside", "--internal", "--subnet", "10.89.2.0/24");
  for (const network of ["both", "small", "inside"]) {
    await runtime.start("first", ["--network", network, "--publish", "8080:80"]);
    await runtime.remove("first");
  }
  await callsOn(host);
}

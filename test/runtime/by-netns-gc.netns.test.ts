import { expect } from "vitest";
import { makeContainerOfProcess } from "../fixture/container.ts";
import {
  attach,
  blue,
  byNetns,
  cacheFile,
  failing,
  netConfPath,
  networkOf,
  result,
  results,
} from "./by-netns.ts";
import { describeEngines } from "./engines.ts";
import { test } from "./hook.ts";

describeEngines("lxc-cni gc", (variant) => {
  test("detaches those whose namespaces are gone, and tells the plugins of the others", async ({
    host,
    plugins,
  }) => {
    plugins.install("one", { ADD: { prints: result } });
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
    const line = { host, variant, plugins: plugins.directory };
    const running = await makeContainerOfProcess(host, "running");
    const ended = await makeContainerOfProcess(host, "ended");
    const green = await host.container("green");
    for (const { netns } of [running, ended, green, await host.container("blue")]) {
      await byNetns({ ...line, verb: "add", words: ["net", netns] });
    }
    await green.lose();
    await ended.lose();
    const isThere = async () => (await host.attempt(["test", "-e", ended.netns])).status === 0;
    await expect.poll(isThere).toBe(false);
    await host.write(`${results}/garbage`, "{");
    const before = plugins.calls().length;
    const { status, output } = await byNetns({ ...line, verb: "gc" });
    expect(status).toBe(0);
    expect(plugins.calls().slice(before).sort()).toEqual(["DEL one", "DEL one", "GC one"]);
    expect(output.match(/^detached cnitool-[0-9a-f]{20} eth0$/gm)).toHaveLength(2);
    const kept = (await host.run(["ls", results])).split("\n");
    expect(kept).toHaveLength(3);
    expect(kept).toContain(`net-${blue.container}-eth0`);
    const input = plugins.input("one", "GC") as Record<string, { containerID: string; ifname: string }[]>;
    const valid = input["cni.dev/valid-attachments"] ?? [];
    expect(valid).toHaveLength(2);
    expect(valid).toContainEqual({ containerID: blue.container, ifname: "eth0" });
    expect(input["cni.dev/attachments"]).toEqual(valid);
    expect(plugins.environment("one", "GC")).toMatchObject({
      CNI_CONTAINERID: "",
      CNI_NETNS: "",
      CNI_IFNAME: "",
    });
  });

  test("gives no path of a process to DEL: the process may be another by now", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result } });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, networkOf(["one"]));
    const entry = JSON.parse(await host.run(["cat", cacheFile]));
    await host.write(cacheFile, JSON.stringify({ ...entry, netns: "/proc/99999999/ns/net" }));
    await byNetns({ ...line, verb: "gc" });
    expect(plugins.environment("one", "DEL")).toMatchObject({
      CNI_NETNS: "",
      CNI_CONTAINERID: blue.container,
    });
  });

  test("tells the plugins of what the hook is just attaching: it is recorded before ADD", async ({
    host,
    plugins,
  }) => {
    plugins.install("one");
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
    const bootId = await host.run(["cat", "/proc/sys/kernel/random/boot_id"]);
    const stat = await host.run(["cat", "/proc/1/stat"]);
    const startTime = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const attachments = ["net", "other"].map((network) => ({ network, interface: "eth5" }));
    const record = async (container: string, pid: number) => {
      const file = `/var/lib/lxc-cni/incarnations/${container}.json`;
      await host.write(file, JSON.stringify({ process: { pid, startTime, bootId }, attachments }));
    };
    await record("starting-aaaaaaaa", 1);
    await record("ended-aaaaaaaa", 99_999_999);
    const line = { host, variant, plugins: plugins.directory, verb: "gc" };
    expect(await byNetns(line)).toMatchObject({ status: 0, output: "" });
    const valid = [{ containerID: "starting-aaaaaaaa", ifname: "eth5" }];
    expect(plugins.input("one", "GC")).toHaveProperty(["cni.dev/valid-attachments"], valid);
  });

  test("keeps what could not be detached, does the rest, and reports it", async ({ host, plugins }) => {
    plugins.install("one", {
      ADD: { prints: result },
      DEL: failing(5, "stuck"),
      GC: failing(5, "stuck, too"),
    });
    plugins.install("two", { ADD: { prints: result } });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, networkOf(["one", "two"]));
    await host.run(["rm", "-f", blue.netns]);
    expect(await byNetns({ ...line, verb: "gc" })).toMatchObject({
      status: 1,
      errors: expect.stringMatching(
        /failed to delete stale attachment cnitool-\w+ eth0: plugin type="one" failed \(delete\): stuck.*stuck, too/,
      ),
    });
    expect(plugins.calls().slice(2)).toEqual(["DEL two", "DEL one", "GC one", "GC two"]);
    expect(await host.run(["ls", results])).not.toBe("");
    const valid = [{ containerID: blue.container, ifname: "eth0" }];
    expect(plugins.input("two", "GC")).toHaveProperty(["cni.dev/valid-attachments"], valid);
  });

  test("asks no plugin before 1.1.0, and does nothing with disableGC", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: { ...result, cniVersion: "1.0.0" } } });
    const older = networkOf(["one"], { cniVersion: "1.0.0", disableGC: true });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, older);
    await host.run(["rm", "-f", blue.netns]);
    expect(await byNetns({ ...line, verb: "gc" })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one"]);
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"], { cniVersion: "1.0.0" }));
    expect(await byNetns({ ...line, verb: "gc" })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one", "DEL one"]);
  });

  test("leaves other networks alone", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result } });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, networkOf(["one"]));
    await host.run(["rm", "-f", blue.netns]);
    await host.write(`${netConfPath}/other.conflist`, networkOf(["one"], { name: "other" }));
    expect(await byNetns({ ...line, verb: "gc", words: ["other", blue.netns] })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one", "GC one"]);
    expect(await host.run(["ls", results])).toBe(`net-${blue.container}-eth0`);
  });
});

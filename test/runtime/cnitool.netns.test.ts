import { expect } from "vitest";
import { makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { blue, byNetns, type NetnsLine, netConfPath } from "./by-netns.ts";
import { describeEngines } from "./engines.ts";
import { test } from "./hook.ts";

const results = "/var/lib/cni/results";
const cacheFile = `${results}/net-${blue.container}-eth0`;
const result = { cniVersion: "1.1.0", ips: [{ address: "10.9.0.2/24" }] };
const failing = (code: number, msg: string) => ({ prints: { code, msg }, status: 1 });

/** A network of plugins of these types, all of which want a MAC. */
const network = (types: readonly string[], more: object = {}) =>
  JSON.stringify({
    cniVersion: "1.1.0",
    name: "net",
    plugins: types.map((type) => ({ type, capabilities: { mac: true } })),
    ...more,
  });

describeEngines("lxc-cni add and del", (variant) => {
  test("attach a namespace and detach it, under the name that cnitool gives it", async ({
    host,
    plugins,
  }) => {
    plugins.install("one", { ADD: { prints: result } });
    await host.write(`${netConfPath}/net.conflist`, network(["one"]));
    const line = { host, variant, plugins: plugins.directory };
    const added = await byNetns({ ...line, verb: "add" });
    expect(added).toMatchObject({ status: 0, errors: "" });
    expect(JSON.parse(added.output)).toEqual(result);
    expect(plugins.environment("one", "ADD")).toMatchObject({
      CNI_CONTAINERID: blue.container,
      CNI_NETNS: blue.netns,
      CNI_IFNAME: "eth0",
      CNI_ARGS: "",
      CNI_PATH: plugins.directory,
    });
    expect(await byNetns({ ...line, verb: "del" })).toMatchObject({ status: 0, output: "", errors: "" });
    expect(await byNetns({ ...line, verb: "del" })).toMatchObject({ status: 0, output: "", errors: "" });
    expect(plugins.calls()).toEqual(["ADD one", "DEL one", "DEL one"]);
    expect(await host.run(["ls", results])).toBe("");
  });

  test("tell plugins what the environment says, DEL what ADD was told", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result } });
    await host.write(`${netConfPath}/net.conflist`, network(["one"]));
    const line = { host, variant, plugins: plugins.directory };
    const env = {
      CNI_ARGS: "IgnoreUnknown=1;FOO=b<r",
      CAP_ARGS: '{"portMappings":[{"hostPort":8080,"containerPort":80}],"mac":"02:00:00:00:00:09"}',
    };
    expect(await byNetns({ ...line, verb: "add", env })).toMatchObject({ status: 0 });
    // What libcni 1.3.0 keeps of the same call, byte for byte.
    const { output } = await host.attempt(["cat", cacheFile]);
    expect(output).toBe(
      `{"kind":"cniCacheV1","containerId":"${blue.container}",` +
        `"config":"${Buffer.from(network(["one"])).toString("base64")}","ifName":"eth0","networkName":"net",` +
        `"netns":"/run/netns/blue","cniArgs":[["IgnoreUnknown","1"],["FOO","b\\u003cr"]],` +
        `"capabilityArgs":{"mac":"02:00:00:00:00:09","portMappings":[{"containerPort":80,"hostPort":8080}]},` +
        `"result":{"cniVersion":"1.1.0","ips":[{"address":"10.9.0.2/24"}]}}`,
    );
    await byNetns({ ...line, verb: "del" });
    for (const verb of ["ADD", "DEL"] as const) {
      expect(plugins.environment("one", verb).CNI_ARGS).toBe(env.CNI_ARGS);
      expect(plugins.input("one", verb)).toHaveProperty("runtimeConfig", { mac: "02:00:00:00:00:09" });
    }
  });

  test("take the interface from -i, --ifname or CNI_IFNAME", async ({ host, plugins }) => {
    plugins.install("one");
    await host.write(`${netConfPath}/net.conflist`, network(["one"]));
    const line = { host, variant, plugins: plugins.directory, verb: "add" };
    const words = ["net", blue.netns];
    const env = { CNI_IFNAME: "net1" };
    for (const [options, env, expected] of [
      [[], { CNI_IFNAME: "net1" }, "net1"],
      [["-i", "net2"], { CNI_IFNAME: "net1" }, "net2"],
      [["--ifname=net3"], {}, "net3"],
    ] as const) {
      expect(await byNetns({ ...line, words: [...options, ...words], env })).toMatchObject({ status: 0 });
      expect(plugins.environment("one", "ADD").CNI_IFNAME).toBe(expected);
    }
    expect(await byNetns({ ...line, words: ["-i", "a/b", ...words], env })).toMatchObject({ status: 2 });
  });

  test("know a namespace by its absolute path, as the shell calls it", async ({ host, plugins }) => {
    plugins.install("one");
    await host.write(`${netConfPath}/net.conflist`, network(["one"]));
    await host.run(["ln", "-s", "/run", "/run/link"]);
    const line = { host, variant, plugins: plugins.directory, verb: "add" };
    for (const [word, cwd, PWD, expected] of [
      ["blue", "/run/netns", "/run/netns", "/run/netns/blue"],
      ["./../netns//blue/", "/run/netns", "/elsewhere", "/run/netns/blue"],
      ["netns/blue", "/run/link", "/run/link", "/run/link/netns/blue"],
      ["netns/blue", "/run/link", "", "/run/netns/blue"],
      ["/run/link/../netns/blue", "/", "/", "/run/netns/blue"],
    ] as const) {
      expect(await byNetns({ ...line, words: ["net", word], cwd, env: { PWD } })).toMatchObject({
        status: 0,
      });
      expect(plugins.environment("one", "ADD").CNI_NETNS).toBe(expected);
    }
  });

  test.for([
    ["CNI_ARGS", "a=b;", 'invalid CNI_ARGS pair ""'],
    ["CNI_ARGS", "a=", 'invalid CNI_ARGS pair "a="'],
    ["CNI_ARGS", "a=b=c", 'invalid CNI_ARGS pair "a=b=c"'],
    ["CAP_ARGS", "[]", "CAP_ARGS is no JSON object"],
    ["CAP_ARGS", "{", "error unmarshall CAP_ARGS"],
  ] as const)("refuse %s=%s", async ([name, value, message], { host, plugins }) => {
    plugins.install("one");
    await host.write(`${netConfPath}/net.conflist`, network(["one"]));
    const line = { host, variant, plugins: plugins.directory, verb: "add", env: { [name]: value } };
    expect(await byNetns(line)).toMatchObject({ status: 1, errors: expect.stringContaining(message) });
    expect(plugins.calls()).toEqual([]);
  });

  test("need both words", async ({ host, plugins }) => {
    const line = { host, variant, plugins: plugins.directory, verb: "add", words: ["net"] };
    expect(await byNetns(line)).toMatchObject({ status: 2, errors: expect.stringContaining("NETNS") });
  });
});

describeEngines("lxc-cni check", (variant) => {
  test("asks the plugins in the order of ADD, with what ADD was done with", async ({ host, plugins }) => {
    for (const name of ["one", "two"]) plugins.install(name, { ADD: { prints: result } });
    const line = await attached({ host, variant, plugins: plugins.directory }, network(["one", "two"]));
    await host.write(`${netConfPath}/net.conflist`, network(["three"]));
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({ status: 0 });
    expect(plugins.calls().slice(2)).toEqual(["CHECK one", "CHECK two"]);
    for (const name of ["one", "two"]) {
      expect(plugins.input(name, "CHECK")).toMatchObject({ prevResult: result, cniVersion: "1.1.0" });
    }
  });

  test("reports the first plugin that finds something, and asks no other", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result }, CHECK: failing(103, "no route") });
    plugins.install("two", { ADD: { prints: result } });
    const line = await attached({ host, variant, plugins: plugins.directory }, network(["one", "two"]));
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({
      status: 1,
      errors: expect.stringContaining('plugin type="one" failed (check): no route'),
    });
    expect(plugins.calls().slice(2)).toEqual(["CHECK one"]);
  });

  test("does nothing where the network says disableCheck", async ({ host, plugins }) => {
    plugins.install("one", { CHECK: failing(103, "no route") });
    const source = network(["one"], { disableCheck: "true" });
    const line = await attached({ host, variant, plugins: plugins.directory }, source);
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one"]);
  });

  test("is refused before 0.4.0, also with disableCheck", async ({ host, plugins }) => {
    plugins.install("one");
    const source = network(["one"], { cniVersion: "0.3.1", disableCheck: true });
    const line = await attached({ host, variant, plugins: plugins.directory }, source);
    const message = 'configuration version "0.3.1" does not support the CHECK command';
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({
      status: 1,
      errors: expect.stringContaining(message),
    });
    expect(plugins.calls()).toEqual(["ADD one"]);
  });

  test("has a result of another version said in the network's", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result } });
    const line = await attached({ host, variant, plugins: plugins.directory }, network(["one"]));
    const entry = JSON.parse(await host.run(["cat", cacheFile]));
    const old = { cniVersion: "0.4.0", ips: [{ version: "4", address: "10.9.0.2/24" }], dns: {} };
    await host.write(cacheFile, JSON.stringify({ ...entry, result: old }));
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({ status: 0 });
    expect(plugins.input("one", "CHECK")).toHaveProperty("prevResult", result);
    await host.write(cacheFile, JSON.stringify({ ...entry, result: { cniVersion: "7.0.0" } }));
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({
      status: 1,
      errors: expect.stringContaining('failed to get network "net" cached result: unsupported CNI result'),
    });
    expect(await byNetns({ ...line, verb: "del" })).toMatchObject({ status: 0 });
    expect(plugins.input("one", "DEL")).not.toHaveProperty("prevResult");
  });

  test("asks without a result where none was kept", async ({ host, plugins }) => {
    plugins.install("one");
    await host.write(`${netConfPath}/net.conflist`, network(["one"]));
    const line = { host, variant, plugins: plugins.directory, verb: "check" };
    expect(await byNetns(line)).toMatchObject({ status: 0 });
    expect(plugins.input("one", "CHECK")).not.toHaveProperty("prevResult");
  });
});

describeEngines("lxc-cni gc", (variant) => {
  test("detaches those whose namespaces are gone, and tells the plugins of the others", async ({
    host,
    plugins,
  }) => {
    plugins.install("one", { ADD: { prints: result } });
    await host.write(`${netConfPath}/net.conflist`, network(["one"]));
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
    const line = await attached({ host, variant, plugins: plugins.directory }, network(["one"]));
    const entry = JSON.parse(await host.run(["cat", cacheFile]));
    await host.write(cacheFile, JSON.stringify({ ...entry, netns: "/proc/99999999/ns/net" }));
    await byNetns({ ...line, verb: "gc" });
    expect(plugins.environment("one", "DEL")).toMatchObject({
      CNI_NETNS: "",
      CNI_CONTAINERID: blue.container,
    });
  });

  test("keeps what could not be detached, does the rest, and reports it", async ({ host, plugins }) => {
    plugins.install("one", {
      ADD: { prints: result },
      DEL: failing(5, "stuck"),
      GC: failing(5, "stuck, too"),
    });
    plugins.install("two", { ADD: { prints: result } });
    const line = await attached({ host, variant, plugins: plugins.directory }, network(["one", "two"]));
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
    const older = network(["one"], { cniVersion: "1.0.0", disableGC: true });
    const line = await attached({ host, variant, plugins: plugins.directory }, older);
    await host.run(["rm", "-f", blue.netns]);
    expect(await byNetns({ ...line, verb: "gc" })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one"]);
    await host.write(`${netConfPath}/net.conflist`, network(["one"], { cniVersion: "1.0.0" }));
    expect(await byNetns({ ...line, verb: "gc" })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one", "DEL one"]);
  });

  test("leaves other networks alone", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result } });
    const line = await attached({ host, variant, plugins: plugins.directory }, network(["one"]));
    await host.run(["rm", "-f", blue.netns]);
    await host.write(`${netConfPath}/other.conflist`, network(["one"], { name: "other" }));
    expect(await byNetns({ ...line, verb: "gc", words: ["other", blue.netns] })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one", "GC one"]);
    expect(await host.run(["ls", results])).toBe(`net-${blue.container}-eth0`);
  });
});

describeEngines("lxc-cni status", (variant) => {
  test("asks for versions, then whether ADD could work, in the order of ADD", async ({ host, plugins }) => {
    for (const name of ["one", "two"]) plugins.install(name);
    await host.write(`${netConfPath}/net.conflist`, network(["one", "two", "one"]));
    const line = { host, variant, plugins: plugins.directory, verb: "status" };
    expect(await byNetns(line)).toMatchObject({ status: 0, output: "net is ready\n" });
    expect(plugins.calls()).toEqual([
      ...["VERSION one", "VERSION two", "STATUS one", "STATUS two", "STATUS one"],
    ]);
    expect(plugins.input("one", "VERSION")).toEqual({ cniVersion: "1.1.0" });
  });

  test("says which plugin could not attach", async ({ host, plugins }) => {
    plugins.install("one", { STATUS: failing(50, "no address is left") });
    plugins.install("two");
    await host.write(`${netConfPath}/net.conflist`, network(["one", "two"]));
    expect(await byNetns({ host, variant, plugins: plugins.directory, verb: "status" })).toMatchObject({
      status: 1,
      errors: expect.stringContaining('plugin type="one" failed (status): no address is left'),
    });
    expect(plugins.calls()).not.toContain("STATUS two");
  });

  test("says which plugins are missing or do not speak the network's version", async ({ host, plugins }) => {
    plugins.install("ancient", {
      VERSION: { prints: { code: 4, msg: "unknown CNI_COMMAND: VERSION" }, status: 1 },
    });
    plugins.install("old", { VERSION: { prints: { cniVersion: "0.2.0" } } });
    plugins.install("odd", { VERSION: { prints: {} } });
    await host.write(`${netConfPath}/net.conflist`, network(["ancient", "old", "odd", "missing"]));
    const { status, errors } = await byNetns({ host, variant, plugins: plugins.directory, verb: "status" });
    expect(status).toBe(1);
    for (const message of [
      'plugin ancient does not support config version "1.1.0"; it supports 0.1.0',
      'plugin old does not support config version "1.1.0"; it supports 0.1.0, 0.2.0',
      "plugin odd does not say which versions it supports",
      'failed to find plugin "missing" in path',
    ]) {
      expect(errors).toContain(message);
    }
  });

  test("says so where the plugins cannot be asked", async ({ host, plugins }) => {
    plugins.install("one");
    await host.write(`${netConfPath}/net.conflist`, network(["one"], { cniVersion: "1.0.0" }));
    const { status, output } = await byNetns({ host, variant, plugins: plugins.directory, verb: "status" });
    expect({ status, output }).toMatchObject({
      status: 0,
      output: expect.stringContaining("cannot be asked"),
    });
    expect(plugins.calls()).toEqual(["VERSION one"]);
  });

  test("needs no plugin executed that lxc-cni carries", async ({ host }) => {
    const ipam = { type: "host-local", subnet: "10.9.0.0/24" };
    const source = { cniVersion: "1.1.0", name: "net", plugins: [{ type: "bridge", bridge: "br0", ipam }] };
    await host.write(`${netConfPath}/net.conflist`, JSON.stringify(source));
    expect(await byNetns({ host, variant, plugins: "", verb: "status" })).toMatchObject({
      status: 0,
      output: "net is ready\n",
      errors: "",
    });
  });
});

/** Attaches the namespace blue, which there is. */
async function attached(line: Omit<NetnsLine, "verb">, source: string): Promise<Omit<NetnsLine, "verb">> {
  const { host }: { readonly host: Host } = line;
  await host.write(blue.netns, "");
  await host.write(`${netConfPath}/net.conflist`, source);
  expect(await byNetns({ ...line, verb: "add" })).toMatchObject({ status: 0 });
  return line;
}

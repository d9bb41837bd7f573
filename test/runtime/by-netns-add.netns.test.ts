import { expect } from "vitest";
import { blue, byNetns, cacheFile, netConfPath, networkOf, result, results } from "./by-netns.ts";
import { describeEngines } from "./engines.ts";
import { test } from "./hook.ts";

describeEngines("lxc-cni add and del", (variant) => {
  test("attach a namespace and detach it, under the name that cnitool gives it", async ({
    host,
    plugins,
  }) => {
    plugins.install("one", { ADD: { prints: result } });
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
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
        `"config":"${Buffer.from(networkOf(["one"])).toString("base64")}","ifName":"eth0","networkName":"net",` +
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
    const line = { host, variant, plugins: plugins.directory, verb: "add", env: { [name]: value } };
    expect(await byNetns(line)).toMatchObject({ status: 1, errors: expect.stringContaining(message) });
    expect(plugins.calls()).toEqual([]);
  });

  test("need both words", async ({ host, plugins }) => {
    const line = { host, variant, plugins: plugins.directory, verb: "add", words: ["net"] };
    expect(await byNetns(line)).toMatchObject({ status: 2, errors: expect.stringContaining("NETNS") });
  });
});

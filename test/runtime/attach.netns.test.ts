import { expect } from "vitest";
import { containerIdOf } from "../../lxc/container/id.ts";
import { writeScript } from "../cni/scratch.ts";
import type { Outcome } from "../fixture/command.ts";
import { type Container, makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeEngines } from "./engines.ts";
import { end, runHook, test } from "./hook.ts";
import type { NoopPlugins } from "./noop.ts";

const networkFile = "/etc/lxc-cni/net.d/net.conf";
const results = "/var/lib/cni/results";
const cacheFile = `${results}/net-${containerIdOf("web", "/var/lib/lxc")}-eth0`;
const network = (cniVersion: string, ...types: string[]) =>
  JSON.stringify({ cniVersion, name: "net", plugins: types.map((type) => ({ type })) });

describeEngines("the result of an ADD by lxc-cni", (variant) => {
  test("is kept byte for byte as libcni keeps it, whose results are sorted", async ({ host, plugins }) => {
    plugins.install("noop", {
      ADD: {
        prints: {
          cniVersion: "0.3.1",
          interfaces: [{ name: "eth0", sandbox: "/s" }],
          ips: [{ version: "4", interface: 0, address: "10.1.2.3/24", gateway: "10.1.2.1" }],
          routes: [{ gw: "10.1.2.1", dst: "0.0.0.0/0" }],
          dns: { search: ["<a>"], domain: "b" },
        },
      },
    });
    const source = `${network("0.3.1", "noop")}\n`;
    await host.write(networkFile, source);
    const web = await makeContainerOfProcess(host, "web");
    expect(await hook(host, variant, plugins, web, "start-host")).toMatchObject({ status: 0 });
    const { output } = await host.attempt(["cat", cacheFile]);
    expect(output).toBe(
      `{"kind":"cniCacheV1","containerId":"${containerIdOf("web", "/var/lib/lxc")}",` +
        `"config":"${Buffer.from(source).toString("base64")}","ifName":"eth0","networkName":"net",` +
        `"netns":"${web.netns}","capabilityArgs":{"mac":"36:45:f0:7c:0e:d0"},"result":{"cniVersion":"0.3.1",` +
        String.raw`"dns":{"domain":"b","search":["\u003ca\u003e"]},"interfaces":[{"name":"eth0","sandbox":"/s"}],` +
        `"ips":[{"address":"10.1.2.3/24","gateway":"10.1.2.1","interface":0,"version":"4"}],` +
        `"routes":[{"dst":"0.0.0.0/0","gw":"10.1.2.1"}]}}`,
    );
    expect(await host.run(["stat", "--format=%a", cacheFile, results])).toBe("600\n700");
  });

  test("is what DEL gets, with the configuration of ADD, whatever became of the file", async ({
    host,
    plugins,
  }) => {
    const result = { cniVersion: "1.0.0", ips: [{ address: "10.1.2.3/24" }] };
    plugins.install("noop", { ADD: { prints: result } });
    plugins.install("other");
    const before = await snapshot(host);
    await host.write(networkFile, network("1.0.0", "noop"));
    const web = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, web, "start-host");
    await host.write(networkFile, network("1.0.0", "other"));
    await end(host, web);
    expect(await hook(host, variant, plugins, web, "stop")).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD noop", "DEL noop"]);
    expect(plugins.input("noop", "DEL")).toEqual({
      type: "noop",
      name: "net",
      cniVersion: "1.0.0",
      prevResult: result,
    });
    await host.run(["rm", networkFile]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("is kept when DEL fails, and with it the way to try again", async ({ host, plugins }) => {
    plugins.install("noop", { DEL: { prints: { code: 5, msg: "busy" }, status: 1 } });
    await host.write(networkFile, network("1.0.0", "noop"));
    const web = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, web, "start-host");
    await end(host, web);
    const failed = await hook(host, variant, plugins, web, "stop");
    expect(failed).toMatchObject({ status: 1, errors: expect.stringContaining("busy") });
    expect(await host.run(["ls", results])).not.toBe("");
    plugins.install("noop");
    expect(await hook(host, variant, plugins, web, "post-stop")).toMatchObject({ status: 0 });
    expect(await host.run(["ls", results])).toBe("");
  });

  test.for(["", "{", '{"kind":"other"}', "\0"])(
    "is made do without when its file is %j",
    async (garbage, { host, plugins }) => {
      plugins.install("noop");
      await host.write(networkFile, network("1.0.0", "noop"));
      const web = await makeContainerOfProcess(host, "web");
      await hook(host, variant, plugins, web, "start-host");
      await host.write(cacheFile, garbage);
      await end(host, web);
      expect(await hook(host, variant, plugins, web, "stop")).toMatchObject({ status: 0 });
      expect(plugins.calls()).toEqual(["ADD noop", "DEL noop"]);
      expect(plugins.input("noop", "DEL")).not.toHaveProperty("prevResult");
      expect(await host.run(["ls", results])).toBe("");
    },
  );

  test("is not told when it is another attachment's, whose file has the same name", async ({
    host,
    plugins,
  }) => {
    plugins.install("noop");
    await host.write(networkFile, network("1.0.0", "noop"));
    const web = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, web, "start-host");
    const kept = JSON.parse((await host.attempt(["cat", cacheFile])).output);
    // net-web-HASH-eth0 is also what a container HASH on a network net-web is kept by.
    const other = { containerId: kept.containerId.replace("web-", ""), networkName: "net-web" };
    const result = { cniVersion: "1.0.0", ips: [{ address: "10.9.9.9/24" }] };
    await host.write(cacheFile, JSON.stringify({ ...kept, ...other, cniArgs: [["FOO", "bar"]], result }));
    await end(host, web);
    expect(await hook(host, variant, plugins, web, "stop")).toMatchObject({ status: 0 });
    expect(plugins.input("noop", "DEL")).not.toHaveProperty("prevResult");
    expect(plugins.environment("noop", "DEL").CNI_ARGS).toBe("");
  });
});

describeEngines("an ADD by lxc-cni is undone", (variant) => {
  test("when its result cannot be kept, also when that fails as well", async ({ host, plugins }) => {
    await host.write(networkFile, network("1.0.0", "noop"));
    await host.write("/var/lib/cni", "in the way");
    const web = await makeContainerOfProcess(host, "web");
    plugins.install("noop");
    const first = await hook(host, variant, plugins, web, "start-host");
    expect(first).toMatchObject({ status: 1, errors: expect.stringContaining("/var/lib/cni") });
    expect(plugins.calls()).toEqual(["ADD noop", "DEL noop"]);
    plugins.install("noop", { DEL: { prints: { code: 5, msg: "busy" }, status: 1 } });
    const second = await hook(host, variant, plugins, web, "start-host");
    expect(second).toMatchObject({ status: 1, errors: expect.stringMatching(/\/var\/lib\/cni.*busy/s) });
  });

  test("and says why also when its record cannot be removed", async ({ host, plugins }) => {
    writeScript(`${plugins.directory}/failing`, [
      "mount -t tmpfs -o ro tmpfs /var/lib/lxc-cni/incarnations >&2",
      `echo '{"code": 5, "msg": "the reason"}'`,
      "exit 1",
    ]);
    await host.write(networkFile, network("1.0.0", "failing"));
    const web = await makeContainerOfProcess(host, "web");
    const failed = await hook(host, variant, plugins, web, "start-host");
    expect(failed).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/the reason.*not rolled back: .*read-only/is),
    });
  });

  test("when its result cannot be said in the network's version", async ({ host, plugins }) => {
    plugins.install("noop", { ADD: { prints: { cniVersion: "1.0.0" } } });
    await host.write(networkFile, network("0.2.0", "noop"));
    const web = await makeContainerOfProcess(host, "web");
    const failed = await hook(host, variant, plugins, web, "start-host");
    expect(failed).toMatchObject({ status: 1, errors: expect.stringContaining("no valid IP addresses") });
    expect(plugins.calls()).toEqual(["ADD noop", "DEL noop"]);
  });

  test("when a plugin that need not be executed meets a failing system call", async ({ host, plugins }) => {
    plugins.install("noop");
    // No directory can be made in /proc.
    const ipam = { type: "host-local", subnet: "10.10.0.0/16", dataDir: "/proc/leases" };
    const chain = [{ type: "noop" }, { type: "bridge", bridge: "cnibr0", ipam }];
    await host.write(networkFile, JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins: chain }));
    const web = await makeContainerOfProcess(host, "web");
    const failed = await hook(host, variant, plugins, web, "start-host");
    expect(failed).toMatchObject({
      status: 1,
      errors: expect.stringContaining('plugin type="bridge" failed (add)'),
    });
    expect(plugins.calls()).toEqual(["ADD noop", "DEL noop"]);
  });
});

function hook(
  host: Host,
  variant: Variant,
  plugins: NoopPlugins,
  web: Container,
  type: "start-host" | "stop" | "post-stop",
): Promise<Outcome> {
  return runHook({ host, variant, plugins, web, type, networks: ["net"] });
}

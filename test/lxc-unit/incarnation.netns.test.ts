import { expect } from "vitest";
import { containerIdOf } from "../../lxc/container/id.ts";
import { type Container, makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeEngines } from "../runtime/engines.ts";
import { end, runHook, test } from "../runtime/hook.ts";
import type { NoopPlugins } from "../runtime/noop.ts";

const record = `/var/lib/lxc-cni/incarnations/${containerIdOf("web", "/var/lib/lxc")}.json`;
const process = { pid: 1, startTime: "1", bootId: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d" };

const garbage = [
  "",
  "{",
  "null",
  "[]",
  '"x"',
  "\0\0\0",
  JSON.stringify({ process }),
  JSON.stringify({ attachments: [] }),
  JSON.stringify({ process: { ...process, pid: "1" }, attachments: [] }),
  JSON.stringify({ process: { ...process, pid: 0 }, attachments: [] }),
  JSON.stringify({ process, attachments: [{ network: 7, interface: "eth0" }] }),
];

describeEngines("the record of a run", (variant) => {
  test("that is garbage counts as none: a stop does what the line says", async ({ host, plugins }) => {
    await prepare(host, plugins);
    for (const content of garbage) {
      const web = await makeContainerOfProcess(host, "web");
      await hook(host, variant, plugins, web, "start-host", ["a"]);
      await host.write(record, content);
      await end(host, web);
      await hook(host, variant, plugins, web, "stop", ["a"]);
      expect(plugins.calls().slice(-2), content).toEqual(["ADD noop", "DEL noop"]);
      expect((await host.attempt(["test", "-e", record])).status, content).toBe(1);
    }
  });

  test("holds all that several hook lines attached, and one stop detaches it", async ({ host, plugins }) => {
    await prepare(host, plugins);
    const web = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, web, "start-host", ["a"]);
    await hook(host, variant, plugins, web, "start-host", ["b:lan0"]);
    const { attachments } = JSON.parse(await host.run(["cat", record]));
    expect(attachments).toEqual([
      { network: "a", interface: "eth0" },
      { network: "b", interface: "lan0" },
    ]);
    await end(host, web);
    await hook(host, variant, plugins, web, "stop", ["a"]);
    expect(plugins.calls()).toEqual(["ADD noop", "ADD noop", "DEL noop", "DEL noop"]);
    expect(plugins.environment("noop", "DEL")).toMatchObject({ CNI_IFNAME: "eth0", CNI_NETNS: "" });
  });

  test("of a run that goes on stays as it is when a second start fails", async ({ host, plugins }) => {
    await prepare(host, plugins);
    const web = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, web, "start-host", ["a"]);
    const before = await host.run(["cat", record]);
    plugins.install("noop", { ADD: { prints: { code: 102, msg: "attached already" }, status: 1 } });
    expect((await attempt(host, variant, plugins, web, "start-host", ["a"])).status).toBe(1);
    expect(await host.run(["cat", record])).toBe(before);
    expect(plugins.calls()).toEqual(["ADD noop", "ADD noop"]);
  });

  test("of a run that a crash ended has the next start detach what it does not want any more", async ({
    host,
    plugins,
  }) => {
    await prepare(host, plugins);
    const first = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, first, "start-host", ["a", "b"]);
    await end(host, first);
    const second = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, second, "start-host", ["a"]);
    // Also what it wants again: a plugin that is not ours gets no second ADD without a DEL.
    expect(plugins.calls()).toEqual(["ADD noop", "ADD noop", "DEL noop", "DEL noop", "ADD noop"]);
    expect(JSON.parse(await host.run(["cat", record])).attachments).toEqual([
      { network: "a", interface: "eth0" },
    ]);
  });

  test("keeps what could not be detached, whatever became of the rest", async ({ host, plugins }) => {
    await prepare(host, plugins);
    const web = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, web, "start-host", ["a", "b"]);
    await end(host, web);
    plugins.install("noop", { DEL: { prints: { code: 5, msg: "busy" }, status: 1 } });
    const { status, errors } = await attempt(host, variant, plugins, web, "stop", ["a", "b"]);
    expect({ status, errors }).toEqual({
      status: 1,
      errors: expect.stringMatching(/network b, interface eth1: .*busy; network a, interface eth0: .*busy/s),
    });
    expect(JSON.parse(await host.run(["cat", record])).attachments).toHaveLength(2);
  });

  test("has a late stop of an earlier run do nothing", async ({ host, plugins }) => {
    await prepare(host, plugins);
    const first = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, first, "start-host", ["a"]);
    await end(host, first);
    const second = await makeContainerOfProcess(host, "web");
    await hook(host, variant, plugins, second, "start-host", ["a"]);
    const calls = plugins.calls();
    await hook(host, variant, plugins, first, "post-stop", ["a"]);
    await hook(host, variant, plugins, second, "post-stop", ["a"]);
    expect(plugins.calls()).toEqual(calls);
  });
});

async function prepare(host: Host, plugins: NoopPlugins): Promise<void> {
  plugins.install("noop");
  for (const name of ["a", "b"]) {
    const network = { cniVersion: "1.0.0", name, plugins: [{ type: "noop" }] };
    await host.write(`/etc/lxc-cni/net.d/${name}.conflist`, JSON.stringify(network));
  }
}

async function hook(...call: Parameters<typeof attempt>): Promise<void> {
  expect(await attempt(...call)).toMatchObject({ status: 0, errors: "" });
}

function attempt(
  host: Host,
  variant: Variant,
  plugins: NoopPlugins,
  web: Container,
  type: "start-host" | "stop" | "post-stop",
  networks: readonly string[],
) {
  return runHook({ host, variant, plugins, web, type, networks });
}

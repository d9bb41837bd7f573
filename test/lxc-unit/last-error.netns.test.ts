import { expect } from "vitest";
import { makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { startSystemLog } from "../fixture/system-log.ts";
import { openPage } from "../formats/page.ts";
import { describeEngines } from "../runtime/engines.ts";
import { end, runHook, test } from "../runtime/hook.ts";

const file = "/run/lxc-cni/errors/web-qkwznmfy.json";
const busy = { prints: { code: 123, msg: "not now", details: "it rains" }, status: 1 };

describeEngines("what failed last", (variant) => {
  test("is kept for people, told to the system's log, and forgotten with the next start", async ({
    host,
    plugins,
  }) => {
    const log = await startSystemLog(host);
    plugins.install("noop", { ADD: busy });
    await writeNetwork(host, "simplenet", "noop");
    const web = await makeContainerOfProcess(host, "web");
    const start = { host, variant, plugins, web, type: "start-host", networks: ["simplenet"] } as const;
    const before = Date.now();
    expect(await runHook(start)).toMatchObject({ status: 1 });

    const kept = JSON.parse(await host.run(["cat", file]));
    const message = 'network simplenet, interface eth0: plugin type="noop" failed (add): not now';
    expect(kept).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      hook: "start-host",
      network: "simplenet",
      interface: "eth0",
      code: 123,
      message,
      details: "it rains",
    });
    expect(Date.parse(kept.time)).toBeGreaterThanOrEqual(before);
    // docs/formats.md
    const [example = ""] = openPage("formats.md").block(`json ${file}`);
    expect(Object.keys(kept)).toEqual(Object.keys(JSON.parse(example)));
    expect(await host.run(["stat", "--format=%a", file, "/run/lxc-cni/errors"])).toBe("600\n700");
    await expect
      .poll(log)
      .toEqual([
        expect.stringMatching(
          /^<27>.*lxc-cni\[\d+\]: start-host of web: network simplenet, .*not now; it rains$/,
        ),
      ]);

    plugins.install("noop");
    expect(await runHook(start)).toMatchObject({ status: 0 });
    expect((await host.attempt(["test", "-e", file])).status).toBe(1);
    expect(await log()).toHaveLength(1);
  });

  test("at a start stays, when the hooks of its end fail too", async ({ host, plugins }) => {
    plugins.install("noop", { ADD: busy, DEL: { prints: { code: 124, msg: "later" }, status: 1 } });
    await writeNetwork(host, "simplenet", "noop");
    const web = await makeContainerOfProcess(host, "web");
    const common = { host, variant, plugins, web, networks: ["simplenet"] } as const;
    await runHook({ ...common, type: "start-host" });
    await end(host, web);
    expect(await runHook({ ...common, type: "stop" })).toMatchObject({ status: 1 });
    expect(await runHook({ ...common, type: "post-stop" })).toMatchObject({ status: 0 });
    expect(JSON.parse(await host.run(["cat", file]))).toMatchObject({ hook: "start-host", code: 123 });
  });

  test("at a stop is kept, with all networks that failed", async ({ host, plugins }) => {
    plugins.install("noop", { DEL: busy });
    await writeNetwork(host, "a", "noop");
    await writeNetwork(host, "b", "noop");
    const web = await makeContainerOfProcess(host, "web");
    const common = { host, variant, plugins, web, networks: ["a", "b"] } as const;
    await runHook({ ...common, type: "start-host" });
    await end(host, web);
    await runHook({ ...common, type: "stop" });
    expect(JSON.parse(await host.run(["cat", file]))).toMatchObject({
      ...{ hook: "stop", network: "b", interface: "eth1", code: 123 },
      message: 'network b, interface eth1: plugin type="noop" failed (delete): not now',
      details: 'it rains; network a, interface eth0: plugin type="noop" failed (delete): not now; it rains',
    });
  });

  test("may be the hook line's, or the configuration's", async ({ host, plugins }) => {
    await host.write("/etc/open.conf", JSON.stringify({ name: "n", type: "noop" }), 0o664);
    const web = await makeContainerOfProcess(host, "web");
    for (const [word, message] of [
      ["simplenet,ip=nonsense", '"nonsense" is no address'],
      ["nowhere", 'no net configuration with name "nowhere"'],
      ["/etc/open.conf", "/etc/open.conf can be written by others than its owner"],
    ] as const) {
      const outcome = await runHook({ host, variant, plugins, web, type: "start-host", networks: [word] });
      expect(outcome.status, word).not.toBe(0);
      const kept = JSON.parse(await host.run(["cat", file]));
      expect(kept).toMatchObject({ code: 7, message: expect.stringContaining(message) });
      expect(kept).not.toHaveProperty("network");
    }
  });

  test("of one container is not that of another", async ({ host, plugins }) => {
    plugins.install("noop", { ADD: busy });
    await writeNetwork(host, "simplenet", "noop");
    const web = await makeContainerOfProcess(host, "web");
    const common = { host, variant, plugins, web, networks: ["simplenet"], type: "start-host" } as const;
    await runHook(common);
    await runHook({ ...common, configFile: "/srv/lxc/web/config" });
    expect(await host.run(["ls", "/run/lxc-cni/errors"])).toBe("web-7lax4kdk.json\nweb-qkwznmfy.json");
  });
});

async function writeNetwork(host: Host, name: string, type: string): Promise<void> {
  const network = { cniVersion: "1.0.0", name, plugins: [{ type }] };
  await host.write(`/etc/lxc-cni/net.d/${name}.conflist`, JSON.stringify(network));
}

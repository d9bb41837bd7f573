import { expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import type { Outcome } from "../fixture/command.ts";
import { makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { describeEngines } from "../runtime/engines.ts";
import { end, type HookCall, runHook, test } from "../runtime/hook.ts";

const simplenetFile = "/etc/lxc-cni/net.d/simplenet.conf";
const failing = { prints: { code: 5, msg: "busy" }, status: 1 };

describeEngines("two containers of one name", (variant) => {
  test("whose configurations are files in different places have ids of their own", async ({
    host,
    plugins,
  }) => {
    plugins.install("noop");
    await writeNetwork(host, "a");
    const ids = [];
    for (const configFile of ["/srv/one/web.conf", "/srv/two/web.conf"]) {
      const web = await makeContainerOfProcess(host, "web");
      succeeded(
        await runHook({ host, variant, plugins, web, type: "start-host", networks: ["a"], configFile }),
      );
      ids.push(plugins.environment("noop", "ADD").CNI_CONTAINERID);
    }
    expect(ids).toEqual([expect.stringMatching(/^web-/), expect.stringMatching(/^web-/)]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test("and of one id: the second one is refused, and its end does nothing to the first", async ({
    host,
    plugins,
  }) => {
    plugins.install("noop");
    await writeNetwork(host, "a");
    const common = { host, variant, plugins, networks: ["a"] };
    const first = await makeContainerOfProcess(host, "web");
    succeeded(await runHook({ ...common, web: first, type: "start-host" }));
    const before = await snapshot(host);

    const second = await makeContainerOfProcess(host, "web");
    const { status, errors } = await runHook({ ...common, web: second, type: "start-host" });
    expect({ status, errors }).toEqual({
      status: 1,
      errors: expect.stringContaining("runs already, as process"),
    });
    await end(host, second);
    succeeded(await runHook({ ...common, web: second, type: "stop" }));
    succeeded(await runHook({ ...common, web: second, type: "post-stop" }));
    expect(plugins.calls()).toEqual(["ADD noop"]);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

describeEngines("what a crash left behind", (variant) => {
  test("goes with the stop of a start that failed before it attached anything", async ({ host, plugins }) => {
    const before = await snapshot(host);
    await host.write(simplenetFile, JSON.stringify(recipe));
    const common = { host, variant, plugins, networks: ["simplenet"] };
    const first = await makeContainerOfProcess(host, "web");
    succeeded(await runHook({ ...common, web: first, type: "start-host" }));
    await end(host, first);

    await host.run(["rm", simplenetFile]);
    const second = await makeContainerOfProcess(host, "web");
    expect(await runHook({ ...common, web: second, type: "start-host" })).toMatchObject({ status: 1 });
    await end(host, second);
    succeeded(await runHook({ ...common, web: second, type: "stop" }));
    expect(await runHook({ ...common, web: second, type: "post-stop" })).toMatchObject({ status: 0 });
    // The kernel takes its time with a namespace that is dying.
    await expect.poll(async () => difference(before, await snapshot(host))).toEqual([]);
  });

  test("is tried again by a stop when the start before could not remove it", async ({ host, plugins }) => {
    plugins.install("noop");
    plugins.install("stubborn");
    await writeNetwork(host, "a");
    await writeNetwork(host, "b", "stubborn");
    const first = await makeContainerOfProcess(host, "web");
    const common = { host, variant, plugins };
    succeeded(await runHook({ ...common, web: first, type: "start-host", networks: ["a", "b"] }));
    await end(host, first);

    plugins.install("stubborn", { DEL: failing });
    const second = await makeContainerOfProcess(host, "web");
    const start = await runHook({ ...common, web: second, type: "start-host", networks: ["a"] });
    expect(start).toMatchObject({ status: 0, errors: expect.stringContaining("busy") });
    expect(plugins.calls().filter((call) => call.endsWith(" stubborn"))).toEqual([
      "ADD stubborn",
      "DEL stubborn",
    ]);
    await end(host, second);

    plugins.install("stubborn");
    succeeded(await runHook({ ...common, web: second, type: "stop", networks: ["a"] }));
    const calls = plugins.calls();
    expect(calls.filter((call) => call === "DEL stubborn")).toHaveLength(2);
    expect(plugins.environment("stubborn", "DEL")).toMatchObject({ CNI_IFNAME: "eth1" });
    succeeded(await runHook({ ...common, web: second, type: "post-stop", networks: ["b"] }));
  });

  test("of a plugin from elsewhere is deleted before it is added again", async ({ host, plugins }) => {
    plugins.install("noop");
    await writeNetwork(host, "a");
    const common = { host, variant, plugins, networks: ["a"], type: "start-host" } as const;
    const first = await makeContainerOfProcess(host, "web");
    succeeded(await runHook({ ...common, web: first }));
    await end(host, first);
    succeeded(await runHook({ ...common, web: await makeContainerOfProcess(host, "web") }));
    expect(plugins.calls()).toEqual(["ADD noop", "DEL noop", "ADD noop"]);
  });
});

describeEngines("post-stop", (variant) => {
  test("ends with status 0 also where its line is wrong", async ({ host, plugins }) => {
    const web = await makeContainerOfProcess(host, "web");
    await end(host, web);
    for (const networks of [[], ["a", "b:eth0"], ["--nonsense", "a"], ["missing"]]) {
      const call: HookCall = { host, variant, plugins, web, type: "post-stop", networks };
      const outcome = { status: 0, errors: expect.stringMatching(/^lxc-cni: ./) };
      expect(await runHook(call), networks.join(" ")).toMatchObject(outcome);
    }
  });
});

/** Writes a network of one plugin. */
async function writeNetwork(host: Host, name: string, type = "noop"): Promise<void> {
  const network = { cniVersion: "1.0.0", name, plugins: [{ type }] };
  await host.write(`/etc/lxc-cni/net.d/${name}.conflist`, JSON.stringify(network));
}

function succeeded(outcome: Outcome): void {
  expect(outcome).toMatchObject({ status: 0, errors: "" });
}

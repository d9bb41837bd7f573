import { expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { describeEngines } from "../runtime/engines.ts";
import { end, runHook, test } from "../runtime/hook.ts";

const sticky = { ...recipe, ipam: { ...recipe.ipam, sticky: true } };

describeEngines("destroy", (variant) => {
  test("forgets the addresses that a container had, on every network", async ({ host, plugins }) => {
    await writeNetworks(host, { one: "10.1.0.0/24", two: "10.2.0.0/24" });
    const life = async (networks: string[]) => {
      const web = await makeContainerOfProcess(host, "web");
      const call = { host, variant, plugins, web, networks };
      succeeded(await runHook({ ...call, type: "start-host" }));
      const addresses = await Promise.all(
        networks.map((_, index) => web.run(["ip", "-4", "-br", "address", "show", `eth${index}`])),
      );
      await end(host, web);
      succeeded(await runHook({ ...call, type: "stop" }));
      return { call, addresses: addresses.map((line) => line.split(/\s+/)[2]) };
    };
    const { call, addresses } = await life(["one", "two"]);
    expect((await life(["one", "two"])).addresses).toEqual(addresses);
    // The line may have changed meanwhile.
    succeeded(await runHook({ ...call, networks: ["two", "one"], type: "destroy" }));
    const { addresses: later } = await life(["one", "two"]);
    expect(later[0]).not.toBe(addresses[0]);
    expect(later[1]).not.toBe(addresses[1]);
  });

  test("removes what is left of it, also on networks that its line does not name any more", async ({
    host,
    plugins,
  }) => {
    const before = await snapshot(host);
    await writeNetworks(host, { one: "10.1.0.0/24", two: "10.2.0.0/24" });
    const web = await makeContainerOfProcess(host, "web");
    const call = { host, variant, plugins, web };
    succeeded(await runHook({ ...call, type: "start-host", networks: ["one", "two"] }));
    await end(host, web);
    await host.run(["rm", "-r", "/etc/lxc-cni/net.d", "/var/lib/lxc-cni/incarnations"]);
    succeeded(await runHook({ ...call, type: "destroy", networks: ["three"] }));
    // The kernel takes its time with a namespace that is dying.
    await expect.poll(async () => difference(before, await snapshot(host))).toEqual([]);
  });

  test("of another name, or in another path, does nothing to it", async ({ host, plugins }) => {
    await writeNetworks(host, { one: "10.1.0.0/24" });
    const web = await makeContainerOfProcess(host, "web");
    const call = { host, variant, plugins, web, networks: ["one"] };
    succeeded(await runHook({ ...call, type: "start-host" }));
    const before = await snapshot(host);
    succeeded(
      await runHook({ ...call, type: "destroy", name: "copy", configFile: "/var/lib/lxc/copy/config" }),
    );
    // Some ways of LXC tell the new name and the old file.
    succeeded(await runHook({ ...call, type: "destroy", name: "copy" }));
    succeeded(await runHook({ ...call, type: "destroy", configFile: "/srv/lxc/web/config" }));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("does nothing while the container runs, and never fails", async ({ host, plugins }) => {
    await writeNetworks(host, { one: "10.1.0.0/24" });
    const web = await makeContainerOfProcess(host, "web");
    const call = { host, variant, plugins, web };
    succeeded(await runHook({ ...call, type: "start-host", networks: ["one"] }));
    const before = await snapshot(host);
    succeeded(await runHook({ ...call, type: "destroy", networks: ["one"] }));
    expect(await runHook({ ...call, type: "destroy", networks: ["one,nonsense"] })).toMatchObject({
      status: 0,
      errors: expect.stringContaining('"nonsense" is neither ip=ADDRESS nor mac=MAC'),
    });
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

async function writeNetworks(host: Host, subnets: Record<string, string>): Promise<void> {
  for (const [name, subnet] of Object.entries(subnets)) {
    const ipam = { type: "host-local", subnet, sticky: true };
    const network = { ...sticky, name, bridge: `br-${name}`, isDefaultGateway: name === "one", ipam };
    await host.write(`/etc/lxc-cni/net.d/${name}.conf`, JSON.stringify(network));
  }
}

function succeeded(outcome: Awaited<ReturnType<typeof runHook>>): void {
  expect(outcome).toMatchObject({ status: 0, errors: "" });
}

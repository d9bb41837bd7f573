import { expect } from "vitest";
import { writeScript } from "../cni/scratch.ts";
import { makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { describeEngines } from "../runtime/engines.ts";
import { end, runHook, test } from "../runtime/hook.ts";

describeEngines("a hook whose time is up", (variant) => {
  test("ends a plugin that hangs, and undoes all that was done before it", async ({ host, plugins }) => {
    plugins.install("first");
    hangOn(plugins.directory, "ADD");
    await writeNetwork(host, "a", ["first"]);
    await writeNetwork(host, "b", ["first", "hanging"]);
    const before = await snapshot(host);
    const web = await makeContainerOfProcess(host, "web");
    const common = { host, variant, plugins, web };
    const outcome = await runHook({
      ...common,
      type: "start-host",
      // Of the time that is kept for undoing, the second DEL gets a quarter.
      networks: ["--timeout", "3", "a", "b", "a:x"],
    });
    expect(outcome.status).toBe(1);
    expect(outcome.errors).toContain('network b, interface eth1: plugin type="hanging" failed (add): plugin');
    expect(outcome.errors).toMatch(/was ended after [\d.]+ s; the hook may take 3 s \(--timeout\)/);
    expect(plugins.calls()).toEqual([
      ...["ADD first", "ADD first"],
      // Of the chain that failed; then the network before it.
      ...["DEL first", "DEL first"],
    ]);
    await end(host, web);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("leaves time to the other plugins of a stop, and tells what is left", async ({ host, plugins }) => {
    plugins.install("first");
    plugins.install("hanging");
    plugins.install("last");
    await writeNetwork(host, "a", ["first", "hanging", "last"]);
    await writeNetwork(host, "b", ["last"]);
    const web = await makeContainerOfProcess(host, "web");
    const common = { host, variant, plugins, web };
    expect(await runHook({ ...common, type: "start-host", networks: ["b", "a"] })).toMatchObject({
      status: 0,
    });
    await end(host, web);
    hangOn(plugins.directory, "DEL");
    // Each DEL may take half of the time that is left: the one after the hanging one a quarter, the last an eighth.
    const words = ["--timeout", "2", "b", "a"];
    const { status, errors } = await runHook({ ...common, type: "stop", networks: words });
    expect(status).toBe(1);
    expect(errors).toContain("network a, interface eth1:");
    const [, time] = /was ended after ([\d.]+) s; it did not answer in time/.exec(errors) ?? [];
    expect(Number(time), errors).toBeLessThanOrEqual(1);
    expect(plugins.calls().filter((call) => call.startsWith("DEL"))).toEqual([
      "DEL last",
      "DEL first",
      "DEL last",
    ]);
    expect(await runHook({ ...common, type: "post-stop", networks: words })).toMatchObject({ status: 0 });
    plugins.install("hanging");
    expect(await runHook({ ...common, type: "post-stop", networks: words })).toMatchObject({
      status: 0,
      errors: "",
    });
  });

  test("waits no longer for a lock that another call holds", async ({ host, plugins }) => {
    plugins.install("noop");
    await writeNetwork(host, "a", ["noop"]);
    const web = await makeContainerOfProcess(host, "web");
    await host.run(["mkdir", "-p", "/run/lxc-cni/locks"]);
    const lock = "/run/lxc-cni/locks/container-mfy";
    await host.run([
      "sh",
      "-c",
      `flock ${lock} sleep 1000 > /dev/null 2>&1 < /dev/null & echo $! > /mnt/.holder`,
    ]);
    await expect.poll(async () => (await host.attempt(["flock", "-n", lock, "true"])).status).toBe(1);
    const words = ["--timeout", "0.5", "a"];
    const outcome = await runHook({ host, variant, plugins, web, type: "start-host", networks: words });
    expect(outcome).toMatchObject({
      status: 1,
      errors: expect.stringMatching(
        /container-mfy is locked; another call held it for 0(\.\d)? s; the hook may take 0\.5 s \(--timeout\)\n$/,
      ),
    });
    expect(plugins.calls()).toEqual([]);
  });
});

/** A plugin that hangs for one verb, and does nothing for the others. */
function hangOn(directory: string, verb: "ADD" | "DEL"): void {
  writeScript(`${directory}/hanging`, [
    "cat > /dev/null",
    `[ $CNI_COMMAND = ${verb} ] || { echo '{"cniVersion":"1.0.0"}'; exit 0; }`,
    "exec sleep 1000",
  ]);
}

async function writeNetwork(host: Host, name: string, types: readonly string[]): Promise<void> {
  const network = { cniVersion: "1.0.0", name, plugins: types.map((type) => ({ type })) };
  await host.write(`/etc/lxc-cni/net.d/${name}.conflist`, JSON.stringify(network));
}

import { expect } from "vitest";
import { byNetns, failing, netConfPath, networkOf } from "./by-netns.ts";
import { describeEngines } from "./engines.ts";
import { test } from "./hook.ts";

describeEngines("lxc-cni status", (variant) => {
  test("asks for versions, then whether ADD could work, in the order of ADD", async ({ host, plugins }) => {
    for (const name of ["one", "two"]) plugins.install(name);
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one", "two", "one"]));
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one", "two"]));
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["ancient", "old", "odd", "missing"]));
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"], { cniVersion: "1.0.0" }));
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

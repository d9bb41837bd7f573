import { expect } from "vitest";
import { attach, byNetns, cacheFile, failing, netConfPath, networkOf, result } from "./by-netns.ts";
import { describeEngines } from "./engines.ts";
import { test } from "./hook.ts";

describeEngines("lxc-cni check", (variant) => {
  test("asks the plugins in the order of ADD, with what ADD was done with", async ({ host, plugins }) => {
    for (const name of ["one", "two"]) plugins.install(name, { ADD: { prints: result } });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, networkOf(["one", "two"]));
    await host.write(`${netConfPath}/net.conflist`, networkOf(["three"]));
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({ status: 0 });
    expect(plugins.calls().slice(2)).toEqual(["CHECK one", "CHECK two"]);
    for (const name of ["one", "two"]) {
      expect(plugins.input(name, "CHECK")).toMatchObject({ prevResult: result, cniVersion: "1.1.0" });
    }
  });

  test("reports the first plugin that finds something, and asks no other", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result }, CHECK: failing(103, "no route") });
    plugins.install("two", { ADD: { prints: result } });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, networkOf(["one", "two"]));
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({
      status: 1,
      errors: expect.stringContaining('plugin type="one" failed (check): no route'),
    });
    expect(plugins.calls().slice(2)).toEqual(["CHECK one"]);
  });

  test("does nothing where the network says disableCheck", async ({ host, plugins }) => {
    plugins.install("one", { CHECK: failing(103, "no route") });
    const source = networkOf(["one"], { disableCheck: "true" });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, source);
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({ status: 0 });
    expect(plugins.calls()).toEqual(["ADD one"]);
  });

  test("is refused before 0.4.0, also with disableCheck", async ({ host, plugins }) => {
    plugins.install("one");
    const source = networkOf(["one"], { cniVersion: "0.3.1", disableCheck: true });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, source);
    const message = 'configuration version "0.3.1" does not support the CHECK command';
    expect(await byNetns({ ...line, verb: "check" })).toMatchObject({
      status: 1,
      errors: expect.stringContaining(message),
    });
    expect(plugins.calls()).toEqual(["ADD one"]);
  });

  test("has a result of another version said in the network's", async ({ host, plugins }) => {
    plugins.install("one", { ADD: { prints: result } });
    const line = { host, variant, plugins: plugins.directory };
    await attach(line, networkOf(["one"]));
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
    await host.write(`${netConfPath}/net.conflist`, networkOf(["one"]));
    const line = { host, variant, plugins: plugins.directory, verb: "check" };
    expect(await byNetns(line)).toMatchObject({ status: 0 });
    expect(plugins.input("one", "CHECK")).not.toHaveProperty("prevResult");
  });
});

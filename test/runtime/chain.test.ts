import { describe, expect } from "vitest";
import type { CarriedPlugins } from "../../lib/cni/delegate.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import { noArguments } from "../../lib/runtime/attachment-arguments.ts";
import type { Runtime } from "../../lib/runtime/attachment-call.ts";
import { addToNetwork, removeFromNetwork } from "../../lib/runtime/chain.ts";
import { type Network, parseNetwork } from "../../lib/runtime/network.ts";
import { test } from "../cni/scratch.ts";
import { type NoopPlugins, noopPlugins } from "./noop.ts";

const attachment = { network: "net", container: "c1", interface: "eth0" } as Attachment;
const nobody: CarriedPlugins = [];

/** The answer of a plugin of which one can tell who gave it. */
const answer = (number: number, cniVersion = "1.0.0") => ({
  prints: { cniVersion, ips: [{ address: `10.0.0.${number}/24` }] },
});
const failing = (code: number, msg: string, details?: string) => ({
  prints: { code, msg, details },
  status: 1,
});

describe("ADD", () => {
  test("calls every plugin in order, each with the result of the one before", ({ directory }) => {
    const plugins = noopPlugins(directory);
    for (const [index, name] of ["one", "two", "three"].entries())
      plugins.install(name, { ADD: answer(index + 1) });
    const result = addToNetwork(runtimeWith(plugins), network("one", "two", "three"), nobody);
    expect(plugins.calls()).toEqual(["ADD one", "ADD two", "ADD three"]);
    expect(plugins.input("one", "ADD")).not.toHaveProperty("prevResult");
    expect(plugins.input("two", "ADD")).toHaveProperty("prevResult", answer(1).prints);
    expect(plugins.input("three", "ADD")).toHaveProperty("prevResult", answer(2).prints);
    expect(result.ips).toMatchObject([{ address: { length: 24, address: { value: 0x0a000003n } } }]);
  });

  test("hands a plugin its configuration, the network's name and version, and nothing of others", ({
    directory,
  }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    const source = {
      cniVersion: "0.4.0",
      name: "net",
      disableCheck: true,
      plugins: [
        {
          type: "one",
          name: "own",
          cniVersion: "0.1.0",
          capabilities: { mac: true },
          __proto__: 1,
          n: { deep: [null, 1.5] },
        },
      ],
    };
    addToNetwork(runtimeWith(plugins), parseNetwork(JSON.stringify(source)), nobody);
    expect(plugins.input("one", "ADD")).toEqual({
      type: "one",
      capabilities: { mac: true },
      n: { deep: [null, 1.5] },
      name: "net",
      cniVersion: "0.4.0",
    });
  });

  test("sets every CNI_ variable, whatever the environment holds of others", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    const stale = {
      CNI_COMMAND: "DEL",
      CNI_NETNS: "/stale",
      CNI_ARGS: "IP=10.9.9.9",
      CNI_IFNAME: "x",
      CNI_OTHER: "kept",
    };
    const runtime = { ...runtimeWith(plugins), environment: { PATH: "/usr/bin:/bin", ...stale } };
    addToNetwork(runtime, network("one"), nobody);
    expect(plugins.environment("one", "ADD")).toEqual({
      CNI_COMMAND: "ADD",
      CNI_CONTAINERID: "c1",
      CNI_NETNS: "/run/netns/c1",
      CNI_IFNAME: "eth0",
      CNI_ARGS: "",
      CNI_PATH: directory,
      CNI_OTHER: "kept",
    });
  });

  test.for(["0.3.1", "0.4.0", "1.0.0", "1.1.0"])(
    "passes results on in the network's version, %s",
    (version, { directory }) => {
      const plugins = noopPlugins(directory);
      plugins.install("one", { ADD: answer(1, "0.4.0") });
      plugins.install("two");
      addToNetwork(runtimeWith(plugins), network("one", "two", { cniVersion: version }), nobody);
      const ip = version < "1" ? { version: "4", address: "10.0.0.1/24" } : { address: "10.0.0.1/24" };
      expect(plugins.input("two", "ADD")).toMatchObject({ prevResult: { cniVersion: version, ips: [ip] } });
    },
  );
});

describe("a plugin that fails on ADD", () => {
  test("is undone with those before it, last first, and its error is named after it", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one", { ADD: answer(1) });
    plugins.install("two", { ADD: failing(5, "busy", "really") });
    plugins.install("three");
    expect(() => addToNetwork(runtimeWith(plugins), network("one", "two", "three"), nobody)).toThrow(
      expect.objectContaining({
        code: 5,
        message: 'plugin type="two" failed (add): busy',
        details: "really",
      }),
    );
    expect(plugins.calls()).toEqual(["ADD one", "ADD two", "DEL two", "DEL one"]);
    expect(plugins.input("one", "DEL")).toHaveProperty("prevResult", answer(1).prints);
  });

  test("does not fail to be undone because one of the others does", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one", { ADD: answer(1) });
    plugins.install("two", { ADD: answer(2), DEL: failing(5, "stuck") });
    plugins.install("three", { ADD: failing(5, "busy") });
    expect(() => addToNetwork(runtimeWith(plugins), network("one", "two", "three"), nobody)).toThrow(
      expect.objectContaining({
        code: 5,
        message: 'plugin type="three" failed (add): busy',
        details: 'not rolled back: plugin type="two" failed (delete): stuck',
      }),
    );
    expect(plugins.calls().slice(3)).toEqual(["DEL three", "DEL two", "DEL one"]);
  });

  test.for([102, 111])(
    "because the attachment is alive (code %i) is not undone itself",
    (code, { directory }) => {
      const plugins = noopPlugins(directory);
      plugins.install("one", { ADD: answer(1) });
      plugins.install("two", { ADD: failing(code, "there already") });
      expect(() => addToNetwork(runtimeWith(plugins), network("one", "two"), nobody)).toThrow(
        "there already",
      );
      expect(plugins.calls()).toEqual(["ADD one", "ADD two", "DEL one"]);
    },
  );

  test("or is not there at all has those before it undone", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one", { ADD: answer(1) });
    expect(() => addToNetwork(runtimeWith(plugins), network("one", "missing"), nobody)).toThrow(
      expect.objectContaining({
        code: 120,
        message: `plugin type="missing" failed (add): failed to find plugin "missing" in path [${directory}]`,
      }),
    );
    expect(plugins.calls()).toEqual(["ADD one", "DEL one"]);
  });

  test("or whose result does not fit the network's version has those before it undone", ({ directory }) => {
    const plugins = noopPlugins(directory);
    // 0.2.0 cannot say that there is no address.
    plugins.install("one", { ADD: { prints: { cniVersion: "1.0.0" } } });
    plugins.install("two");
    expect(() =>
      addToNetwork(runtimeWith(plugins), network("one", "two", { cniVersion: "0.2.0" }), nobody),
    ).toThrow(
      expect.objectContaining({
        code: 7,
        message: expect.stringContaining("cannot convert: no valid IP addresses"),
      }),
    );
    expect(plugins.calls()).toContain("DEL one");
  });
});

describe("DEL", () => {
  const previous = answer(9).prints;

  test("calls every plugin in the opposite order, all with the result of ADD", ({ directory }) => {
    const plugins = noopPlugins(directory);
    for (const name of ["one", "two", "three"]) plugins.install(name);
    removeFromNetwork(runtimeWith(plugins), network("one", "two", "three"), previous, nobody);
    expect(plugins.calls()).toEqual(["DEL three", "DEL two", "DEL one"]);
    for (const name of ["one", "two", "three"]) {
      expect(plugins.input(name, "DEL")).toHaveProperty("prevResult", previous);
    }
  });

  test.for([
    ["0.3.1", false],
    ["0.4.0", true],
    ["1.1.0", true],
  ] as const)("passes the result on from 0.4.0 on: %s, %s", ([cniVersion, passed], { directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    removeFromNetwork(runtimeWith(plugins), network("one", { cniVersion }), previous, nobody);
    expect(Object.hasOwn(plugins.input("one", "DEL") as object, "prevResult")).toBe(passed);
  });

  test("goes on after a plugin that fails, and reports all failures with the code of the first", ({
    directory,
  }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one", { DEL: failing(5, "a", "b") });
    plugins.install("two");
    plugins.install("three", { DEL: failing(5, "c", "d") });
    expect(() =>
      removeFromNetwork(runtimeWith(plugins), network("one", "two", "three", "four"), previous, nobody),
    ).toThrow(
      expect.objectContaining({
        code: 120,
        message: expect.stringContaining('plugin type="four" failed (delete): failed to find plugin'),
        details: expect.stringMatching(
          /; plugin type="three" failed \(delete\): c; d; plugin type="one" failed \(delete\): a; b$/,
        ),
      }),
    );
    expect(plugins.calls()).toEqual(["DEL three", "DEL two", "DEL one"]);
  });
});

function runtimeWith({ directory }: NoopPlugins): Runtime {
  return {
    attachment,
    netnsPath: "/run/netns/c1",
    cniPath: directory,
    environment: { PATH: "/usr/bin:/bin" },
    ...noArguments,
  };
}

/** A network of plugins of these types; an object among them says more about it. */
function network(...parts: (string | object)[]): Network {
  const plugins = parts.filter((part) => typeof part === "string").map((type) => ({ type }));
  const others = parts.filter((part) => typeof part === "object");
  return parseNetwork(
    JSON.stringify(Object.assign({ cniVersion: "1.0.0", name: "net", plugins }, ...others)),
  );
}

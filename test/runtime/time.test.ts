import { afterEach, describe, expect } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import { limitTime } from "../../lib/cni/time-limit.ts";
import { noArguments } from "../../lib/runtime/attachment-arguments.ts";
import type { Runtime } from "../../lib/runtime/attachment-call.ts";
import { addToNetwork, removeFromNetwork } from "../../lib/runtime/chain.ts";
import { parseNetwork } from "../../lib/runtime/network.ts";
import { test } from "../cni/scratch.ts";
import { noopPlugins } from "./noop.ts";

const network = parseNetwork(
  JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins: [{ type: "one" }, { type: "two" }] }),
);

afterEach(() => limitTime(Number.POSITIVE_INFINITY, 0, ""));

describe("a plugin that says to try again later (code 11)", () => {
  test("is called again until it answers something else, after a DEL of its own", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    plugins.install("two", { ADD: { busy: 2, prints: { cniVersion: "1.0.0", dns: { domain: "x" } } } });
    expect(addToNetwork(runtimeIn(directory), network, [])).toMatchObject({ dns: { domain: "x" } });
    expect(plugins.calls()).toEqual([...["ADD one", "ADD two", "DEL two", "ADD two", "DEL two", "ADD two"]]);
  });

  test("is called again for DEL", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one", { DEL: { busy: 1 } });
    plugins.install("two");
    removeFromNetwork(runtimeIn(directory), network, undefined, []);
    expect(plugins.calls()).toEqual(["DEL two", "DEL one", "DEL one"]);
  });

  test("fails, and is undone with the others, when the time is over", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    plugins.install("two", { ADD: { busy: 1000 } });
    limit(2_000);
    expect(() => addToNetwork(runtimeIn(directory), network, [])).toThrow(
      expect.objectContaining({ code: 11, details: expect.stringMatching(/^tried \d+ times$/) }),
    );
    expect(plugins.calls().slice(-2)).toEqual(["DEL two", "DEL one"]);
    expect(plugins.calls().filter((call) => call === "ADD two").length).toBeGreaterThan(1);
  });

  test("has said why, also where the time is over while it is called again", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    plugins.install("two", { ADD: { busy: 1, hangs: true } });
    limit(3_000);
    expect(() => addToNetwork(runtimeIn(directory), network, [])).toThrow(
      expect.objectContaining({ code: 11, details: "tried 2 times" }),
    );
    expect(plugins.calls().slice(-2)).toEqual(["DEL two", "DEL one"]);
  });

  test("is not called again when it cannot be undone", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    plugins.install("two", { ADD: { busy: 1 }, DEL: { prints: { code: 5, msg: "stuck" }, status: 1 } });
    expect(() => addToNetwork(runtimeIn(directory), network, [])).toThrow(
      expect.objectContaining({ code: 11, details: expect.stringContaining("stuck") }),
    );
    expect(plugins.calls()).toEqual(["ADD one", "ADD two", "DEL two", "DEL two", "DEL one"]);
  });
});

describe("the time that the process has", () => {
  test("ends a plugin that hangs, and leaves time to undo", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one", { ADD: { hangs: true } });
    // As long as the plugin may take to note that it was called.
    limit(2_000);
    expect(() => addToNetwork(runtimeIn(directory), network, [])).toThrow(
      expect.objectContaining({
        code: 120,
        message: expect.stringMatching(
          /plugin type="one" failed \(add\): plugin .* was ended after (1\.\d|2) s/,
        ),
        details: "the test has no more time",
      }),
    );
    expect(plugins.calls()).toEqual(["ADD one", "DEL one"]);
  });

  test("has no plugin run any more when it is up", ({ directory }) => {
    const plugins = noopPlugins(directory);
    plugins.install("one");
    plugins.install("two");
    limit(0);
    expect(() => removeFromNetwork(runtimeIn(directory), network, undefined, [])).toThrow(
      expect.objectContaining({ code: 120, message: expect.stringContaining("was not run") }),
    );
    expect(plugins.calls()).toEqual([]);
  });
});

/** Gives the process that much time, in milliseconds, and ten seconds more to undo things in. */
function limit(time: number): void {
  limitTime(time + 10_000, 10_000, "the test has no more time");
}

function runtimeIn(directory: string): Runtime {
  return {
    attachment: { network: "net", container: "c1", interface: "eth0" } as Attachment,
    netnsPath: "/run/netns/c1",
    cniPath: directory,
    environment: { PATH: "/usr/bin:/bin" },
    ...noArguments,
  };
}

import { describe, expect } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import { addToNetwork, removeFromNetwork } from "../../lib/runtime/chain.ts";
import { parseNetwork } from "../../lib/runtime/network.ts";
import { test } from "../cni/scratch.ts";
import { noopPlugins } from "./noop.ts";

const attachment = { network: "net", container: "c1", interface: "eth0" } as Attachment;
const environment = { PATH: "/usr/bin:/bin" };
const portMappings = [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }];
const given = { portMappings, ips: ["10.1.2.9/24"], mac: "02:00:00:00:00:09" };

describe("what a caller has for plugins", () => {
  test("reaches those that declare the capability, and no others", ({ directory }) => {
    const plugins = noopPlugins(directory);
    const declared = {
      one: { ips: true, portMappings: true, unheardOf: true },
      two: { ips: false, mac: "true" },
      three: undefined,
    };
    for (const name of Object.keys(declared)) plugins.install(name);
    const network = parseNetwork(
      JSON.stringify({
        cniVersion: "1.0.0",
        name: "net",
        plugins: Object.entries(declared).map(([type, capabilities]) => ({ type, capabilities })),
      }),
    );
    const runtime = { attachment, netnsPath: "/n", cniPath: directory, environment };
    const whole = { ...runtime, arguments: [], capabilityArguments: given };
    addToNetwork(whole, network, []);
    removeFromNetwork(whole, network, undefined, []);
    for (const verb of ["ADD", "DEL"] as const) {
      expect(plugins.input("one", verb)).toMatchObject({
        capabilities: declared.one,
        runtimeConfig: { ips: given.ips, portMappings },
      });
      expect(plugins.input("one", verb)).not.toHaveProperty("runtimeConfig.mac");
      for (const name of ["two", "three"]) {
        expect(plugins.input(name, verb)).not.toHaveProperty("runtimeConfig");
      }
    }
  });

  test("as CNI_ARGS reaches all of them, in its order", ({ directory }) => {
    const plugins = noopPlugins(directory);
    for (const name of ["one", "two"]) plugins.install(name);
    const network = parseNetwork(
      JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins: [{ type: "one" }, { type: "two" }] }),
    );
    const pairs = [
      ["IgnoreUnknown", "1"],
      ["Z", "a b"],
      ["A", ""],
    ] as const;
    const runtime = { attachment, netnsPath: "/n", cniPath: directory, environment };
    addToNetwork({ ...runtime, arguments: pairs, capabilityArguments: {} }, network, []);
    for (const name of ["one", "two"]) {
      expect(plugins.environment(name, "ADD")).toHaveProperty("CNI_ARGS", "IgnoreUnknown=1;Z=a b;A=");
    }
  });
});

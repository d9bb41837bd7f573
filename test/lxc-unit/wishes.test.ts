import { describe, expect, test } from "vitest";
import type { Attachment } from "../../lib/cni/request.ts";
import type { Mac } from "../../lib/ip/mac.ts";
import { parseNetwork } from "../../lib/runtime/network.ts";
import { usualMac } from "../../lxc/container/mac.ts";
import { withWishes } from "../../lxc/hook/wishes.ts";

const attachment = { network: "net", container: "web-qkwznmfy", interface: "eth0" } as Attachment;
const usual = usualMac(attachment);
const mac = "02:00:00:00:00:09" as Mac;
const nothing = { ips: [], mac: undefined };

describe("plugins are told", () => {
  test("addresses and MAC: the first one by args.cni, all of them as capabilities", () => {
    const { network, given } = wishes([{ type: "bridge" }, { type: "portmap" }], { ips: ["10.1.2.3"], mac });
    const cni = { ips: ["10.1.2.3"], mac };
    expect(network.plugins).toEqual([{ type: "bridge", args: { cni } }, { type: "portmap" }]);
    expect(given).toEqual({ arguments: [], capabilityArguments: cni });
  });

  test("the usual MAC where nobody asks for one", () => {
    const { network, given } = wishes([{ type: "bridge" }], nothing);
    expect(network.plugins).toEqual([{ type: "bridge", args: { cni: { mac: usual } } }]);
    expect(given.capabilityArguments).toEqual({ mac: usual });
  });

  test("what the configuration tells them, too", () => {
    const args = { labels: ["a"], cni: { adopt: true, ips: ["10.9.9.9"] } };
    const { network } = wishes([{ type: "bridge", args }], { ips: ["10.1.2.3"], mac: undefined });
    const cni = { adopt: true, ips: ["10.1.2.3"], mac: usual };
    expect(network.plugins).toEqual([{ type: "bridge", args: { labels: ["a"], cni } }]);
  });

  test.each([
    [{ type: "macvlan", mac: "02:00:00:00:00:01" }],
    [{ type: "bridge", args: { cni: { mac: "02:00:00:00:00:01" } } }],
    [{ type: "bridge", runtimeConfig: { mac: "02:00:00:00:00:01" } }],
    [{ type: "ptp" }, { type: "tuning", mac: "02:00:00:00:00:01" }],
  ])("nothing where the configuration has a MAC: %j", (...plugins) => {
    const { network, given } = wishes(plugins, nothing);
    expect(network.plugins).toEqual(plugins);
    expect(given.capabilityArguments).toEqual({});
  });

  test("the MAC that is asked for, also a plugin behind the first that would set another one", () => {
    const plugins = [{ type: "bridge" }, { type: "sbr" }, { type: "tuning", mac: "02:00:00:00:00:01" }];
    const told = { args: { cni: { mac } } };
    expect(wishes(plugins, { ips: [], mac }).network.plugins).toEqual([
      { type: "bridge", ...told },
      { type: "sbr" },
      { type: "tuning", mac: "02:00:00:00:00:01", ...told },
    ]);
  });
});

test("what is kept for DEL is the configuration as it was read", () => {
  const source = JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins: [{ type: "bridge" }] });
  expect(withWishes(parseNetwork(source), attachment, { ips: [], mac }).network.source).toBe(source);
});

function wishes(plugins: readonly object[], wanted: Parameters<typeof withWishes>[2]) {
  const network = parseNetwork(JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins }));
  return withWishes(network, attachment, wanted);
}

import { describe, expect, test } from "vitest";
import type { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { macs, port, steps } from "./planning.ts";
import { recipe } from "./recipe.ts";

const ips = ["10.10.0.2/16", "fd00::2/64"];

/** The steps on packet filters. */
function rules(keys: Partial<BridgeConfig>, backend?: "nftables"): string[] {
  return steps({ ...recipe, ...keys }, { ips, backend }).filter((step) =>
    /^(masquerade|guard|for the network)/.test(step),
  );
}

describe("the rules of an attachment", () => {
  test.each<[Partial<BridgeConfig>, string[]]>([
    [{ ipMasq: false }, []],
    [{ ipMasq: true }, ["masquerade 10.10.0.2/16 fd00::2/64"]],
    [{ ipMasq: { v4: true, v6: false } }, ["masquerade 10.10.0.2/16"]],
    [{ ipMasq: { v4: false, v6: true } }, ["masquerade fd00::2/64"]],
    [{ ipMasq: { v4: false, v6: false } }, []],
    [{ ipMasq: false, macspoofchk: true }, [`guard ${port} ${macs.container}`]],
    [{ ipMasq: false, ipSpoofCheck: true }, [`guard ${port} ${macs.container} 10.10.0.2 fd00::2`]],
    [{ ipMasq: false, forward: "accept" }, ["for the network: forward cnibr0"]],
    [{ ipMasq: false, forward: "accept", vlan: 7 }, ["for the network: forward cnibr0.7"]],
    [
      { ipMasqScope: "network" },
      ["for the network: hide 10.10.0.0/16 by iptables hide fd00::/64 by iptables"],
    ],
    [
      { ipMasqScope: "network", ipMasq: { v6: false }, forward: "accept" },
      ["for the network: hide 10.10.0.0/16 by iptables forward cnibr0"],
    ],
    [
      { macspoofchk: true, forward: "accept" },
      [
        "masquerade 10.10.0.2/16 fd00::2/64",
        `guard ${port} ${macs.container}`,
        "for the network: forward cnibr0",
      ],
    ],
  ])("with %j: %j", (keys, expected) => {
    expect(rules(keys)).toEqual(expected);
  });

  test("of a network name who has them", () => {
    expect(rules({ ipMasqScope: "network", ipMasq: { v6: false } }, "nftables")).toEqual([
      "for the network: hide 10.10.0.0/16 by nftables",
    ]);
  });

  test("are those of the families that were leased", () => {
    const leased = (keys: Partial<BridgeConfig>) => steps({ ...recipe, ...keys }, { ips: ["fd00::2/64"] });
    expect(leased({})).toContain("masquerade fd00::2/64");
    expect(leased({ ipMasq: { v6: false } }).filter((step) => step.startsWith("masq"))).toEqual([]);
    expect(leased({ ipMasqScope: "network", ipMasq: { v6: false } }).join()).not.toContain("for the network");
  });
});

import { networkCases } from "../fixture/networks.ts";
import { test } from "../fixture/test.ts";
import { describeFaulty, kinds } from "./faulty.ts";
import { sweepCheck, sweepGc } from "./sweep.ts";

/** Two families, with rules in both stores. */
const { what, configuration } = networkCases.dualStack;
const inNftables = {
  what: `${what}, nftables`,
  configuration: { ...configuration, ipMasqBackend: "nftables" },
};

describeFaulty("one fault at every step", (variantOf, backend) => {
  for (const network of [inNftables, networkCases.iptables]) {
    for (const kind of kinds) {
      test(`of CHECK, ${network.what}, ${kind}: nothing changes`, { timeout: 240_000 }, async ({ host }) => {
        await sweepCheck({ host, variant: variantOf(), network, kind });
      });

      // What iptables has is collected by commands, whoever makes the links.
      if (network === networkCases.iptables && backend !== "netlink") continue;
      test(`of GC, ${network.what}, ${kind}: the next GC finishes it`, { timeout: 240_000 }, async ({
        host,
      }) => {
        await sweepGc({ host, variant: variantOf(), network, kind });
      });
    }
  }
});

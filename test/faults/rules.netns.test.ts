import { networkCases } from "../fixture/networks.ts";
import { test } from "../fixture/test.ts";
import { describeFaulty, kinds } from "./faulty.ts";
import { sweepAdd, sweepDel } from "./sweep.ts";

/** Rules of both families in nftables, of the port and of its addresses, and settings of the bridge itself. */
const { what, configuration } = networkCases.dualStack;
const network = {
  what: `${what}, nftables, promiscMode`,
  configuration: { ...configuration, ipMasqBackend: "nftables", promiscMode: true, mtu: 1400 },
};

describeFaulty(
  "one fault at every step of a network with two families and rules in nftables",
  (variantOf) => {
    for (const kind of kinds) {
      test(`ADD, ${kind}: leaves nothing, or what DEL removes`, { timeout: 240_000 }, async ({ host }) => {
        await sweepAdd({ host, variant: variantOf(), network, kind }, false);
      });

      test(`DEL, ${kind}: the next DEL finishes it`, { timeout: 240_000 }, async ({ host }) => {
        await sweepDel({ host, variant: variantOf(), network, kind });
      });
    }
  },
);

import { recipe } from "../bridge/recipe.ts";
import { test } from "../fixture/test.ts";
import { describeFaulty, kinds } from "./faulty.ts";
import { sweepAdd, sweepDel } from "./sweep.ts";

const network = { what: "the recipe", configuration: recipe };

describeFaulty("one fault at every step of the recipe", (variantOf) => {
  for (const kind of kinds) {
    for (const bridge of ["without a bridge", "with its bridge"]) {
      test(`ADD ${bridge}, ${kind}: leaves nothing, or what DEL removes`, { timeout: 240_000 }, async ({
        host,
      }) => {
        await sweepAdd({ host, variant: variantOf(), network, kind }, bridge === "with its bridge");
      });
    }

    test(`DEL, ${kind}: the next DEL finishes it`, { timeout: 240_000 }, async ({ host }) => {
      await sweepDel({ host, variant: variantOf(), network, kind });
    });
  }
});

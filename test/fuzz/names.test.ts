import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { asCniError } from "../../lib/cni/error.ts";
import { answer } from "../../lib/cni/plugin.ts";
import { bridge } from "../../plugins/bridge/plugin.ts";
import { type NetworkCase, networkCases } from "../fixture/networks.ts";
import { printedSeed, trialsOf } from "../fixture/seed.ts";
import { type Names, type RecordedCommand, steeredBy } from "./commands.ts";
import { pluginDirectory, resetDrySystem, trail } from "./dry-system.ts";
import { legalInterfaceNames } from "./names.ts";
import { runCarriedPlugin } from "./run-plugin.ts";

vi.mock("#system", () => import("./dry-system.ts"));

const seed = printedSeed("names in commands");
const plainNames: Names = { network: "plainnet", container: "plainbox", interface: "plain0" };
const ids = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,60}$/);

describe("the commands of an attachment are the same whatever its names are", () => {
  test.for(Object.values<NetworkCase>(networkCases))(
    "$what",
    { timeout: 120_000 },
    ({ what, configuration }) => {
      const plain = live(configuration, plainNames);
      expect(plain.refused).toEqual([]);
      expect(plain.commands.length).toBeGreaterThan(5);
      let refused = 0;
      const runs = trialsOf(500);
      const tell = fc.property(ids, ids, legalInterfaceNames, (network, container, name) => {
        const names = { network, container, interface: name };
        const odd = live(configuration, names);
        if (odd.refused.length === 0) {
          expect(steeredBy(plain.commands, plainNames, odd.commands, names)).toEqual([]);
          return;
        }
        refused += 1;
        // ip -batch has no way to say some names.
        expect([...new Set(odd.refused)]).toEqual([7]);
      });
      fc.assert(tell, { seed, numRuns: runs });
      console.log(`${what}: ${runs} names, of which ${refused} were refused`);
      expect(refused).toBeLessThan(runs / 2);
    },
  );
});

/** The commands of an attachment's life, next to another interface of the container that stays. */
function live(
  configuration: object,
  names: Names,
): { commands: readonly RecordedCommand[]; refused: number[] } {
  resetDrySystem(runCarriedPlugin);
  const input = JSON.stringify({ ...configuration, name: names.network });
  const call = (verb: string, name: string): number[] => {
    const environment = {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: names.container,
      CNI_IFNAME: name,
      CNI_NETNS: "/run/netns/c1",
      CNI_PATH: pluginDirectory,
    };
    try {
      answer(bridge, { environment, input });
      return [];
    } catch (error) {
      return [asCniError(error).code];
    }
  };
  const other = "other0";
  const refused = [
    ...call("ADD", names.interface),
    ...call("ADD", other),
    ...call("DEL", names.interface),
    ...call("ADD", names.interface),
    ...call("DEL", other),
    ...call("DEL", names.interface),
  ];
  return { commands: trail().commands, refused };
}

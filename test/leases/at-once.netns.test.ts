import { expect } from "vitest";
import { describeBesideGo, test } from "../interop/beside-go.ts";
import { callAtOnce, expectLeases, leasesOn, messagesOf } from "./crowd.ts";
import { leaseDirectoryOn } from "./directory.ts";

const howMany = 200;
const subnet = "10.1.2.0/24";
/** Without the gateway, the network's and the broadcast address. */
const usable = Array.from({ length: 253 }, (_, index) => `10.1.2.${index + 2}`);

await describeBesideGo(`${howMany} calls of host-local at once`, ({ ours, go }) => {
  const kinds = [
    { who: "ours", programs: [ours] },
    { who: "ours and the Go plugin in turn", programs: [ours, go] },
  ].map(({ who, programs }) => ({ who, directories: programs.map(({ directory }) => directory) }));
  // Every third address is free: whoever goes wrong in the search goes wrong here.
  const fills = [
    { what: "an empty /24", taken: [] },
    { what: "a /24 with 84 addresses left", taken: usable.filter((_, index) => index % 3 !== 1) },
  ];

  for (const { who, directories } of kinds) {
    for (const { what, taken } of fills) {
      test(`each get an address or the word that there is none: ${who}, on ${what}`, {
        timeout: 120_000,
      }, async ({ host }) => {
        const place = { host, container: await host.container("netns") };
        const others = new Map(taken.map((address, index) => [address, `other${index}\r\neth0`]));
        leaseDirectoryOn(host).reset(others);
        const commands = Array.from({ length: howMany }, (_, index) => [
          `${directories[index % directories.length]}/host-local`,
        ]);

        const answers = await callAtOnce(place, { verb: "ADD", subnet, commands });
        expectLeases(place, answers, others);
        const refused = messagesOf(answers);
        expect(refused).toHaveLength(Math.max(0, howMany - (usable.length - taken.length)));
        const exhausted =
          "failed to allocate for range 0: no IP addresses available in range set: 10.1.2.1-10.1.2.254";
        expect(refused.filter((message) => message !== exhausted)).toEqual([]);

        const farewells = await callAtOnce(place, { verb: "DEL", subnet, commands });
        expect(messagesOf(farewells)).toEqual([]);
        expect(leasesOn(place)).toEqual(Object.fromEntries(others));
      });
    }
  }
});

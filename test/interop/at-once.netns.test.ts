import { expect } from "vitest";
import { resultOf, succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeBesideGo, test } from "./beside-go.ts";
import { leftSince } from "./leftovers.ts";

const configuration = {
  cniVersion: "1.0.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  ipMasq: true,
  ipam: { type: "host-local", subnet: "10.10.0.0/16" },
};

const howMany = 60;

await describeBesideGo(`${howMany} containers at once, where there is no bridge yet`, ({ ours, go }) => {
  for (const [what, others] of [
    ["all by ours", ours],
    ["every other one by the Go plugin", go],
  ] as const) {
    test(`get addresses of their own, and leave nothing: ${what}`, async ({ host }) => {
      const places = await placesOn(host, (index) => (index % 2 === 0 ? ours : others));
      const before = await snapshot(host);

      const answers = await Promise.all(places.map((place) => callAt(host, place, "ADD")));
      const given = answers.flatMap((answer) => resultOf(answer).ips.map(({ address }) => address));
      expect(new Set(given).size).toBe(howMany);
      const ports: unknown[] = JSON.parse(
        await host.run(["ip", "-json", "link", "show", "master", "cnibr0"]),
      );
      expect(ports).toHaveLength(howMany);
      await Promise.all(places.map(({ container }) => container.run(["ping", "-c1", "-W2", "10.10.0.1"])));

      const farewells = await Promise.all(places.map((place) => callAt(host, place, "DEL")));
      farewells.forEach(succeeded);
      expect(await leftSince(before, host)).toEqual([]);
    });
  }
});

/** A container, and the plugins that attach it. */
interface Place {
  readonly container: Container;
  readonly plugins: Variant;
}

function placesOn(host: Host, pluginsOf: (index: number) => Variant): Promise<Place[]> {
  return Promise.all(
    Array.from({ length: howMany }, async (_, index) => ({
      container: await host.container(`c${index + 1}`),
      plugins: pluginsOf(index),
    })),
  );
}

function callAt(host: Host, { container, plugins }: Place, verb: string) {
  return networkOn(host, plugins, configuration).call(verb, container);
}

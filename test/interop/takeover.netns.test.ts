import { expect } from "vitest";
import { refusalOf, resultOf, succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Answer, networkOn } from "../fixture/network.ts";
import { attachOutside } from "../fixture/outside.ts";
import { snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeBesideGo, test } from "./beside-go.ts";
import { leftByGoSince, leftSince } from "./leftovers.ts";
import { remembering } from "./members.ts";

const configuration = {
  cniVersion: "1.0.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  ipMasq: true,
  hairpinMode: true,
  ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]] },
};

const howMany = 20;

await describeBesideGo(`${howMany} live attachments`, ({ ours, go }) => {
  test("of the Go plugin live on beside those of ours, and are removed by it", async ({ host }) => {
    const outside = await attachOutside(host);
    const [old, young] = [await containersOn(host, "old"), await containersOn(host, "young")];
    const before = await snapshot(host);
    const found = await attachAll(host, go, old);
    await checkAll(host, ours, found);

    const made = await attachAll(host, ours, young);
    const all = [...found, ...made];
    expect(new Set(all.flatMap(({ addresses }) => addresses)).size).toBe(4 * howMany);
    await checkAll(host, ours, all);
    await Promise.all(
      found.map(async (each, index) => {
        const other = made[index] ?? each;
        await ping(each.container, other.addresses);
        await ping(other.container, each.addresses);
        await ping(each.container, [outside.address]);
      }),
    );
    expect(await outside.sources()).toEqual([outside.hostAddress]);

    await removeAll(host, ours, all);
    expect(await leftSince(before, host)).toEqual([]);
  });

  test("of the Go plugin are not attached a second time", async ({ host }) => {
    const found = await attachAll(host, go, (await containersOn(host, "old")).slice(0, 3));
    const before = await snapshot(host);
    for (const { container, addresses } of found) {
      const { code } = refusalOf(await networkOn(host, ours, configuration).add(container));
      // It is attached; or its addresses are leased.
      expect([102, 111]).toContain(code);
      expect(await leftSince(before, host)).toEqual([]);
      await ping(container, ["10.10.0.1"]);
      await host.run(["ping", "-c1", "-W2", addresses[0] ?? ""]);
    }
  });

  test("of ours are found whole by the Go plugin, and removed by it", async ({ host }) => {
    const containers = await containersOn(host, "c");
    const before = await snapshot(host);
    const made = await attachAll(host, ours, containers);
    await checkAll(host, go, made);
    await removeAll(host, go, made);
    expect(await leftByGoSince(before, host)).toEqual([]);
  });
});

/** A container that is attached, and what the runtime knows of it. */
interface Attached {
  readonly container: Container;
  readonly answer: Answer;
  readonly addresses: readonly string[];
}

function containersOn(host: Host, name: string): Promise<Container[]> {
  return Promise.all(Array.from({ length: howMany }, (_, index) => host.container(`${name}${index + 1}`)));
}

function attachAll(host: Host, plugins: Variant, containers: readonly Container[]): Promise<Attached[]> {
  return Promise.all(
    containers.map(async (container) => {
      const answer = await networkOn(host, plugins, configuration).add(container);
      const addresses = resultOf(answer).ips.map(({ address }) => address.replace(/\/.*/, ""));
      return { container, answer, addresses };
    }),
  );
}

function checkAll(host: Host, plugins: Variant, attached: readonly Attached[]): Promise<void> {
  return callAll(host, plugins, "CHECK", attached);
}

function removeAll(host: Host, plugins: Variant, attached: readonly Attached[]): Promise<void> {
  return callAll(host, plugins, "DEL", attached);
}

async function callAll(
  host: Host,
  plugins: Variant,
  verb: string,
  attached: readonly Attached[],
): Promise<void> {
  const answers = await Promise.all(
    attached.map(({ container, answer }) =>
      networkOn(host, plugins, remembering(configuration, answer)).call(verb, container),
    ),
  );
  answers.forEach(succeeded);
}

async function ping(container: Container, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) await container.run(["ping", "-c1", "-W2", address]);
}

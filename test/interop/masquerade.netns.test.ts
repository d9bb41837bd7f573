import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type IptablesKind, missingIptables, useIptables } from "../fixture/iptables-kind.ts";
import { type CallOptions, networkOn } from "../fixture/network.ts";
import { snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeBesideGo, test } from "./beside-go.ts";
import { leftByGoSince, leftSince } from "./leftovers.ts";
import { remembering } from "./members.ts";

/** A store of rules, and how both sides are told to use it. */
interface Store {
  readonly name: string;
  readonly kind: IptablesKind;
  readonly backend: "iptables" | "nftables";
}

const stores: readonly Store[] = [
  { name: "iptables-nft", kind: "nft", backend: "iptables" },
  { name: "iptables-legacy", kind: "legacy", backend: "iptables" },
  { name: "nftables", kind: "nft", backend: "nftables" },
];

/** How a container ends, and what the runtime then says of it. */
interface End {
  readonly what: string;
  readonly happen?: (container: Container) => Promise<unknown>;
  /** The kernel removes the port by itself, when it gets round to it. */
  readonly isLost?: boolean;
  readonly options?: CallOptions;
  /** What the Go plugin leaves in a store. */
  readonly goLeaves: (store: Store) => string | undefined;
}

const ends: readonly End[] = [
  { what: "its namespace is there", goLeaves: () => undefined },
  {
    what: "it has dropped its addresses",
    happen: (container) => container.run(["ip", "address", "flush", "dev", "eth0"]),
    goLeaves: ({ backend }) =>
      backend === "iptables" ? "rules: it finds them by the addresses of the interface" : undefined,
  },
  {
    what: "its namespace is gone, and CNI_NETNS empty",
    happen: (container) => container.lose(),
    isLost: true,
    options: { netns: "" },
    goLeaves: () => "rules: without a namespace it releases the lease, and nothing else",
  },
  {
    what: "its namespace is gone, and CNI_NETNS still names it",
    happen: (container) => container.lose(),
    isLost: true,
    goLeaves: () => "rules: without a namespace it releases the lease, and nothing else",
  },
];

/** The runtime has kept the result of ADD, or has not. */
const memories = [true, false];

const networkIn = ({ backend }: Store) => ({
  cniVersion: "1.0.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  ipMasq: true,
  ipMasqBackend: backend,
  ipam: {
    type: "host-local",
    ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]],
  },
});

await describeBesideGo("masquerade rules", ({ ours, go }) => {
  for (const store of stores) {
    for (const end of ends) {
      for (const remembers of memories) {
        const what = `${store.name}: ${end.what}${remembers ? "" : ", and nobody has kept the result"}`;

        test(`of the Go plugin are removed by ours, ${what}`, async ({ host, skip }) => {
          const missing = await missingIptables(host, store.kind);
          if (missing !== undefined) skip(missing);
          const { del, expectNothingLeft } = await ended(host, store, end, { by: go, to: ours, remembers });
          succeeded(await del(ours));
          await expectNothingLeft();
        });

        test(`of ours are removed by the Go plugin, ${what}`, async ({ host, skip }) => {
          const missing = await missingIptables(host, store.kind);
          if (missing !== undefined) skip(missing);
          const { del, expectNothingLeft } = await ended(host, store, end, { by: ours, to: go, remembers });
          const answer = await del(go);
          // It takes what this iptables says of a chain that is not there for a failure.
          if (store.backend === "iptables") succeeded(answer);
          if (end.goLeaves(store) === undefined) return await expectNothingLeft(leftByGoSince);
          // What it leaves, a DEL of ours still finds.
          succeeded(await del(ours));
          await expectNothingLeft();
        });
      }
    }
  }
});

/** Attaches a container by one side, has the other look, and has it end. @returns DEL as the runtime then calls it. */
async function ended(
  host: Host,
  store: Store,
  { happen, isLost = false, options }: End,
  { by, to, remembers }: { by: Variant; to: Variant; remembers: boolean },
) {
  await useIptables(host, store.kind);
  const c1 = await host.container("c1");
  const before = await snapshot(host);
  const configuration = networkIn(store);
  const answer = await networkOn(host, by, configuration).add(c1);
  succeeded(answer);
  expect(await leftSince(before, host)).toContainEqual(expect.stringContaining("+ rule "));
  const known = remembers ? remembering(configuration, answer) : configuration;
  if (remembers) succeeded(await networkOn(host, to, known).call("CHECK", c1));
  await happen?.(c1);
  return {
    del: (plugins: Variant) => networkOn(host, plugins, known).del(c1, options),
    expectNothingLeft: async (left = leftSince) => {
      if (isLost) await expect.poll(() => left(before, host)).toEqual([]);
      else expect(await left(before, host)).toEqual([]);
    },
  };
}

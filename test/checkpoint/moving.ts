import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";
import { containerAt, type Lxc, type LxcContainer } from "../lxc/lxc.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, type Peer, startPeer } from "./talk.ts";

/** The addresses of a container that moves. */
export const own = ["10.10.0.2", "fd00:10:10::2"];

/** A container that talks, and is to move from one host to another. */
export interface Moving {
  readonly peer: Peer;
  /** On the first host. */
  readonly here: LxcContainer;
  /** On the other one, where it may come to be. */
  readonly there: LxcContainer;
  /** It goes on at the first host, its addresses are leased there, and the other host has nothing of it. */
  expectHere(): Promise<void>;
  /** It goes on at the other host, its addresses are leased there, and the first host holds nothing for it. */
  expectThere(): Promise<void>;
}

/** Starts it on `host`. @param network Of both hosts; undefined where the other one has none yet */
export async function startMoving(
  { host, there, lxc }: { readonly host: Host; readonly there: Host; readonly lxc: Lxc },
  variant: Variant,
): Promise<Moving> {
  for (const each of [host, there]) await define(each, joined);
  const container = await createTalker(lxc, host, variant, "simplenet");
  const peer = await startPeer(host);
  await container.start();
  await expectToGoOn(peer);
  const expectOn = async (one: Host, other: Host) => {
    await expectToGoOn(peer);
    expect([await leases(one), await held(one), await leftOf(one)]).toEqual([own, [], []]);
    expect([await leases(other), await held(other), await leftOf(other)]).toEqual([[], [], []]);
  };
  const { name, path } = container;
  return {
    ...{ peer, here: container, there: containerAt(there, name, { path }) },
    expectHere: async () => {
      await expectOn(host, there);
      expect(await there.attempt(["ls", `${path}/${name}`])).toMatchObject({ status: 2 });
    },
    expectThere: () => expectOn(there, host),
  };
}

/** What moves have left on a host, besides logs: copies of memory, and what is recorded. */
async function leftOf(host: Host): Promise<string[]> {
  const find = "cd /var/lib/lxc-cni && find migrations arrivals -type f ! -name '*.log'";
  return (await host.attempt(["sh", "-c", find])).output.split("\n").filter(Boolean);
}

import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Answer, type Configuration, networkOn } from "../fixture/network.ts";
import { snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeBesideGo, test } from "./beside-go.ts";
import { leftSince } from "./leftovers.ts";
import { remembering } from "./members.ts";

const network = {
  cniVersion: "1.1.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]] },
};

const kinds: readonly { readonly what: string; readonly configuration: Configuration }[] = [
  { what: "rules of iptables", configuration: { ...network, ipMasq: true, ipMasqBackend: "iptables" } },
  { what: "rules of nftables", configuration: { ...network, ipMasq: true, ipMasqBackend: "nftables" } },
  { what: "rules against spoofing", configuration: { ...network, macspoofchk: true } },
];

await describeBesideGo("GC of a network of both sides", ({ ours, go }) => {
  for (const { what, configuration } of kinds) {
    test(`removes what is left of the stale ones, and nothing else: ${what}`, async ({ host }) => {
      const ids = ["ours1", "ours2", "go1", "go2"];
      const valid = await Promise.all(ids.map((id) => host.container(id)));
      const stale = [await host.container("ours3"), await host.container("go3")] as const;
      const [ofOurs, ofGo] = [networkOn(host, ours, configuration), networkOn(host, go, configuration)];

      const answers = await addAll(host, configuration, valid, (id) => (id.startsWith("go") ? go : ours));
      const before = await snapshot(host);
      succeeded(await ofOurs.add(stale[0]));
      succeeded(await ofGo.add(stale[1]));
      // Nobody can tell whose the port is of a Go plugin's container that is there still; its end is what GC is for.
      await stale[1].lose();
      expect(await leftSince(before, host)).not.toEqual([]);

      succeeded(await collect(host, ours, configuration, { valid, nobody: stale[0] }));
      await expect.poll(() => leftSince(before, host)).toEqual([]);
      for (const [container, answer] of answers) {
        await container.run(["ping", "-c1", "-W2", "10.10.0.1"]);
        const known = networkOn(host, ours, remembering(configuration, answer));
        succeeded(await known.call("CHECK", container));
      }
    });
  }

  test("removes everything where nothing is valid", async ({ host }) => {
    const configuration = { ...network, ipMasq: true, macspoofchk: true };
    const [stale, lost] = [await host.container("ours1"), await host.container("go1")];
    const before = await snapshot(host);
    succeeded(await networkOn(host, ours, configuration).add(stale));
    succeeded(await networkOn(host, go, configuration).add(lost));
    await lost.lose();
    succeeded(await collect(host, ours, configuration, { valid: [], nobody: stale }));
    await expect.poll(() => leftSince(before, host)).toEqual([]);
  });
});

async function addAll(
  host: Host,
  configuration: Configuration,
  containers: readonly Container[],
  pluginsOf: (id: string) => Variant,
): Promise<(readonly [Container, Answer])[]> {
  const made: (readonly [Container, Answer])[] = [];
  for (const container of containers) {
    const answer = await networkOn(host, pluginsOf(container.id), configuration).add(container);
    succeeded(answer);
    made.push([container, answer]);
  }
  return made;
}

/**
 * GC as libcni calls it: the list under two names, and the variables of containers set, but empty.
 *
 * @param nobody Any container, since the fixture wants one.
 */
function collect(
  host: Host,
  plugins: Variant,
  configuration: Configuration,
  { valid, nobody }: { readonly valid: readonly Container[]; readonly nobody: Container },
): Promise<Answer> {
  const attachments = valid.map(({ id }) => ({ containerID: id, ifname: "eth0" }));
  return networkOn(host, plugins, {
    ...configuration,
    "cni.dev/valid-attachments": attachments,
    "cni.dev/attachments": attachments,
  }).call("GC", nobody, { env: noContainer });
}

const noContainer = { CNI_CONTAINERID: "", CNI_NETNS: "", CNI_IFNAME: "", CNI_ARGS: "" };

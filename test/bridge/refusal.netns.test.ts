import { expect } from "vitest";
import { refusalOf } from "../fixture/answer.ts";
import { type CallOptions, type Configuration, networkOn } from "../fixture/network.ts";
import { type Snapshot, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

/** A bad request and the code of the error it gets. */
interface BadRequest {
  readonly what: string;
  readonly code: number;
  readonly options?: CallOptions;
  readonly configuration?: Configuration;
}

const badRequests: readonly BadRequest[] = [
  { what: "an interface name that is too long", code: 4, options: { ifname: "sixteen-letters-" } },
  { what: "an interface name with a slash", code: 4, options: { ifname: "eth/0" } },
  { what: "the interface name `.`", code: 4, options: { ifname: "." } },
  { what: "no interface name", code: 4, options: { env: { CNI_IFNAME: undefined } } },
  { what: "no namespace", code: 4, options: { env: { CNI_NETNS: undefined } } },
  { what: "no container id", code: 4, options: { env: { CNI_CONTAINERID: undefined } } },
  { what: "no plugin path", code: 4, options: { env: { CNI_PATH: undefined } } },
  { what: "a container id that is a path", code: 4, options: { env: { CNI_CONTAINERID: "../c1" } } },
  { what: "a namespace that is not there", code: 8, options: { netns: "/run/netns/nobody" } },
  { what: "a file that is no namespace", code: 8, options: { netns: "/etc/passwd" } },
  { what: "the host's own namespace", code: 8, options: { netns: "/proc/1/ns/net" } },
  { what: "standard input that is no JSON", code: 6, options: { stdin: "{" } },
  { what: "an unknown version", code: 1, configuration: { ...recipe, cniVersion: "9.0.0" } },
  { what: "a network without a name", code: 7, configuration: { ...recipe, name: undefined } },
  { what: "a network name that is a path", code: 7, configuration: { ...recipe, name: "../simplenet" } },
  {
    what: "a subnet that is none",
    code: 7,
    configuration: { ...recipe, ipam: { type: "host-local", subnet: "10.10.0.0/33" } },
  },
];

describeVariants("a bad ADD", (variant) => {
  for (const { what, code, options, configuration } of badRequests) {
    test(`is refused and touches nothing: ${what}`, async ({ host }) => {
      const c1 = await host.container("c1");
      const before = await snapshot(host);
      const refusal = refusalOf(await networkOn(host, variant, configuration ?? recipe).add(c1, options));
      expect(refusal).toMatchObject({ code, msg: expect.stringMatching(/\S/) });
      expect(withoutLocks(await snapshot(host))).toEqual(withoutLocks(before));
    });
  }

  test("is refused and touches nothing: an interface of that name is there", async ({ host }) => {
    const c1 = await host.container("c1");
    await c1.run(["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0-peer"]);
    const before = await snapshot(host);
    refusalOf(await networkOn(host, variant, recipe).add(c1));
    expect(withoutLocks(await snapshot(host))).toEqual(withoutLocks(before));
  });
});

/** Not `difference`: a request that is refused may not even leave what a DEL may leave, but for a lock's empty file. */
function withoutLocks(facts: Snapshot): Snapshot {
  return facts.filter(({ subject }) => !subject.startsWith("/run/lxc-cni/"));
}

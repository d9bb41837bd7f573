import fc from "fast-check";
import { describe, expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { type NetworkCase, networkCases } from "../fixture/networks.ts";
import { printedSeed, trialsOf } from "../fixture/seed.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { missing, type Variant, variants } from "../fixture/variants.ts";
import { type Names, type RecordedCommand, strangeAmong } from "./commands.ts";
import { legalInterfaceNames } from "./names.ts";
import { type Recorder, recordCommands } from "./recorder.ts";

const seed = printedSeed("names of interfaces");
const legal = [
  ...[
    'a"b#c',
    "x;y",
    "`id`",
    "$(id)",
    "a'b",
    "a\\b",
    '"',
    "'",
    "#",
    "-j",
    "--",
    "up",
    "dev",
    "{}",
    "*nat",
    "a@b",
  ],
  ...fc.sample(legalInterfaceNames, { seed, numRuns: trialsOf(10) }),
];
const illegal = [
  "a b",
  "a\nb",
  "\t",
  "a/b",
  "a:b",
  "..",
  "all",
  "default",
  "eth%d",
  "x".repeat(16),
  "\u00a0",
  "\u2028",
];
const plainNames: Names = { network: "simplenet", container: "plainbox", interface: "plain0" };

for (const variant of variants.filter(({ directory }) => directory.endsWith("/bin"))) {
  describe(`an interface's name means nothing to any program [${variant.name}]`, () => {
    test.for(
      Object.values<NetworkCase>(networkCases).filter(({ configuration }) => configuration.ipMasq === true),
    )("$what", { timeout: 240_000 }, async (network, { host, skip }) => {
      const reason = missing(variant);
      if (reason !== undefined) skip(reason);
      const recorder = await recordCommands(host);
      const plainbox = await host.container(plainNames.container);
      const before = await snapshot(host);
      // The first one makes the bridge.
      await live(host, variant, network, plainbox, plainNames.interface, recorder);
      const plain = await live(host, variant, network, plainbox, plainNames.interface, recorder);
      expect(plain.code).toBe(0);
      expect(plain.commands.length).toBeGreaterThan(0);
      let refused = 0;
      for (const name of [...legal, ...illegal]) {
        const odd = await live(host, variant, network, plainbox, name, recorder);
        const what = JSON.stringify(name);
        // Only ip -batch has no way to say some of those that are legal.
        expect(illegal.includes(name) ? [4] : [0, 7], what).toContain(odd.code);
        if (odd.code !== 0) refused += 1;
        else {
          expect(odd.links, what).toEqual([name]);
          const names = { ...plainNames, interface: name };
          expect(strangeAmong(plain.commands, plainNames, odd.commands, names), what).toEqual([]);
        }
        expect(difference(before, await snapshot(host)), what).toEqual([]);
        await recorder.take();
      }
      console.log(
        `${network.what}, ${variant.name}: ${legal.length + illegal.length} names, ${refused} refused`,
      );
    });
  });
}

/** What came of an attachment of that name. */
interface Life {
  /** 0, or the code of the error. */
  readonly code: number;
  /** The links that the container got. */
  readonly links: readonly string[];
  readonly commands: readonly RecordedCommand[];
}

/** Attaches a container and detaches it, always with the same address. */
async function live(
  host: Host,
  variant: Variant,
  { configuration }: NetworkCase,
  container: Container,
  ifname: string,
  recorder: Recorder,
): Promise<Life> {
  await host.run(["rm", "-rf", "/var/lib/cni/networks/simplenet"]);
  const simplenet = networkOn(host, variant, configuration);
  const linksBefore = await linksOf(container);
  const added = await simplenet.add(container, { ifname });
  if (added.status !== 0) return { code: refusalOf(added).code, links: [], commands: [] };
  const links = (await linksOf(container)).filter((link) => !linksBefore.includes(link));
  succeeded(await simplenet.del(container, { ifname }));
  return { code: 0, links, commands: await recorder.take() };
}

/** As the kernel prints them; no name holds a colon or a blank. */
async function linksOf(container: Container): Promise<string[]> {
  const lines = (await container.run(["cat", "/proc/net/dev"])).split("\n").slice(2);
  return lines.map((line) => line.trim().split(":")[0] ?? "");
}

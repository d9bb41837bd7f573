import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { buildExecutables } from "../../scripts/build/executables.mjs";
import { outputOf } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { missingToolchain } from "../system/build.ts";
import type { Answer, Wish, WrittenAttachment } from "./programs/firewall.ts";

const outdir = mkdtempSync(join(tmpdir(), "lxc-cni-faults-"));
const program = join(outdir, "bin/firewall");
beforeAll(async () => {
  if (missingToolchain !== undefined) return;
  const entries = [{ name: "firewall", main: join(import.meta.dirname, "programs/firewall.ts") }];
  await buildExecutables({ entries, outdir, targets: ["bin"], faults: true });
}, 120_000);
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const network = "simplenet";
const attachment: WrittenAttachment = [network, "c1", "eth0"];
const addresses = ["10.10.0.2/16", "fd00:10:10::2/64"];
const known = addresses;
const guard = { attachment, port: "veth2v54nqsfchr", mac: "02:00:00:00:00:01", addresses: ["10.10.0.2"] };
const networkRules = { network, masqueraded: ["10.10.0.0/16"], forwarded: "cnibr0" } as const;

/** What is done, what makes it undone at once, and by whom it is removed later. */
interface Scenario {
  readonly make: readonly Wish[];
  readonly takeBack: readonly Wish[];
  readonly remove: Wish;
}

const anywhere: Wish = { do: "remove", attachment, known };
const scenarios: Readonly<Record<string, Scenario>> = {
  "masquerade rules by iptables": {
    make: [{ do: "add", firewall: "iptables", attachment, addresses }],
    takeBack: [{ do: "take back", firewall: "iptables" }],
    remove: { ...anywhere, kinds: ["iptables-nft", "ip6tables-nft"] } as Wish,
  },
  "masquerade rules by nft": {
    make: [{ do: "add", firewall: "nftables", attachment, addresses, isFresh: true }],
    takeBack: [{ do: "take back", firewall: "nftables" }],
    remove: { ...anywhere, kinds: ["nftables"] } as Wish,
  },
  "masquerade rules by nft, looked for before": {
    make: [{ do: "add", firewall: "nftables", attachment, addresses }],
    takeBack: [{ do: "take back", firewall: "nftables" }],
    remove: anywhere,
  },
  "a guard": {
    make: [{ do: "guard", ...guard }],
    takeBack: [{ do: "take back guard", ...guard }],
    remove: { ...anywhere, kinds: ["guard"] } as Wish,
  },
  "rules of a network, by iptables": {
    make: [{ do: "ensure network", ...networkRules, backend: "iptables" }],
    takeBack: [{ do: "leave network", network, isLast: true }],
    remove: { do: "leave network", network, isLast: true },
  },
  "rules of a network, by nft": {
    make: [{ do: "ensure network", ...networkRules, backend: "nftables" }],
    takeBack: [{ do: "leave network", network, isLast: true }],
    remove: { do: "leave network", network, isLast: true },
  },
};

for (const [what, { make, takeBack, remove }] of Object.entries(scenarios)) {
  describe(`one fault at every step on ${what}`, () => {
    beforeEach(({ skip }) => {
      if (missingToolchain !== undefined) skip(missingToolchain);
    });

    for (const kind of ["fail", "late", "kill"]) {
      for (const table of ["with its table", "without"]) {
        test(`${table}, ${kind}: what was made is taken back, or removed`, { timeout: 240_000 }, async ({
          host,
        }) => {
          const sweep = [anywhere, { do: "leave network", network, isLast: true }] as const;
          const prepare = async () => {
            if (table === "without") await host.run(["nft", "flush", "ruleset"]);
          };
          await ask(host, [...make, ...sweep]);
          const before = await snapshot(host);
          await prepare();
          const steps = await countSteps(host, [...make, ...takeBack]);
          await ask(host, sweep);
          const problems: string[] = [];
          for (let step = 1; step <= steps; step++) {
            await prepare();
            const answers = await ask(host, [...make, ...takeBack], `${kind}:${step}`);
            // Killed, or where it says so, something may be left, which the next call finds.
            if (answers === undefined || answers.at(-1)?.error !== undefined) await ask(host, sweep);
            const left = difference(before, await snapshot(host)).filter(isRuleThatCame);
            problems.push(...left.map((line) => `${kind}:${step} ${JSON.stringify(answers)} left ${line}`));
            if (left.length > 0) await ask(host, sweep);
          }
          expect(problems).toEqual([]);
        });
      }

      test(`${kind}: what was not removed is said to be left, and the next call removes it`, {
        timeout: 240_000,
      }, async ({ host }) => {
        const sweep = [anywhere, { do: "leave network", network, isLast: true }] as const;
        await ask(host, [...make, ...sweep]);
        const before = await snapshot(host);
        await ask(host, make);
        const steps = await countSteps(host, [remove]);
        const problems: string[] = [];
        for (let step = 1; step <= steps; step++) {
          await ask(host, make);
          const answers = await ask(host, [remove], `${kind}:${step}`);
          if (answers === undefined || answers[0]?.error !== undefined) await ask(host, [remove]);
          const left = difference(before, await snapshot(host));
          problems.push(...left.map((line) => `${kind}:${step} ${JSON.stringify(answers)} left ${line}`));
          if (left.length > 0) await ask(host, sweep);
        }
        expect(problems).toEqual([]);
      });
    }
  });
}

/** Chains that are empty, and rules that no attachment or network is named in, come with the tables. */
function isRuleThatCame(line: string): boolean {
  return line.startsWith("+") && /simplenet|CNI-|cni-br-iface|\/networks\//.test(line);
}

/** What came of wishes; undefined when the program was killed. */
async function ask(host: Host, wishes: readonly Wish[], fault = ""): Promise<Answer[] | undefined> {
  const env = { LXC_CNI_FAULT: fault };
  const outcome = await host.attempt([program], { input: JSON.stringify(wishes), env });
  return outcome.status === 137 ? undefined : JSON.parse(outputOf(outcome));
}

async function countSteps(host: Host, wishes: readonly Wish[]): Promise<number> {
  const env = { LXC_CNI_FAULT: "count" };
  const { errors } = await host.attempt([program], { input: JSON.stringify(wishes), env });
  const steps = Number(/steps: (\d+)/.exec(errors)?.[1]);
  expect(steps).toBeGreaterThan(1);
  return steps;
}

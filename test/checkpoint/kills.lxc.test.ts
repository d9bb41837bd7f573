import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { printedSeed, randomNumbers, trialsOf } from "../fixture/seed.ts";
import type { Variant } from "../fixture/variants.ts";
import { compileKiller, killedStatus, lifeOf } from "../kill/killer.ts";
import { expectRefused, lxcCni } from "../lxc/command-line.ts";
import type { LxcContainer } from "../lxc/lxc.ts";
import { missingToolchain } from "../system/build.ts";
import { describeOnce, test } from "./criu.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, startPeer } from "./talk.ts";

const seed = printedSeed("moments at which checkpoint and restore are killed");
const trials = trialsOf(16);

let directory = "";
let killer = "";
beforeAll(() => {
  if (missingToolchain !== undefined) return;
  directory = mkdtempSync(join(tmpdir(), "lxc-cni-kill-"));
  killer = compileKiller(directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What there is of containers on a host: records, leases, ports and rules. */
const everything = `
find /var/lib/lxc-cni /var/lib/cni -type f ! -name lock ! -name 'last_reserved*' 2> /dev/null
ip -o link show type veth | grep -v peer0
iptables-save -t nat | grep ^-A
true
`;

/** The calls of CRIU and of lxc-checkpoint that are not over: they outlive who made them. */
const calls = `cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -oaE '[c]riu (dump|restore)|lxc-[c]heckpoint -n' || true`;

/** What a container that was left to itself is: saved, or running, and whether it is taken for checkpointed. */
async function stateOf(host: Host, variant: Variant, { name }: LxcContainer) {
  await expect.poll(() => host.run(["sh", "-c", calls])).toBe("");
  const [state] = (await host.run(["lxc-info", "--name", name, "--state", "--no-humanize"])).split("\n");
  const listed: { state: string }[] = JSON.parse(await lxcCni(host, variant, "ls", "--json"));
  return {
    runs: state === "RUNNING",
    isCheckpointed: listed.some((each) => each.state === "checkpointed"),
  };
}

describeOnce("checkpoint and restore that are killed", (variant) => {
  test("leave a container that one command has go on", { timeout: 300_000 }, async ({ host, lxc, skip }) => {
    if (killer === "") return skip("there is no compiler for the program that kills");
    const random = randomNumbers(seed);
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    const other = await host.container("other");
    const before = await host.run(["sh", "-c", everything]);
    await c1.start();
    await expectToGoOn(peer);
    const own = `${variant.directory}/lxc-cni`;
    /** How long each takes that nobody kills, in microseconds. */
    const lives = { checkpoint: 0, restore: 0 };
    for (const command of ["checkpoint", "restore"] as const) {
      lives[command] = lifeOf(
        await host.attempt([killer, "60000000", own, command, c1.name, "/mnt/measured"]),
      );
    }
    await expectToGoOn(peer);
    const seen = new Map<string, number>();

    for (let trial = 0; trial < trials; trial++) {
      const words = (command: string) => [command, c1.name, `/mnt/c${trial}`];
      const command = trial % 2 === 0 ? "checkpoint" : "restore";
      if (command === "restore") await lxcCni(host, variant, ...words("checkpoint"));
      const moment = Math.floor(random() * lives[command]);
      const story = `trial ${trial}, ${command} killed after ${moment} us`;
      const { status } = await host.attempt([killer, String(moment), own, ...words(command)]);
      if (status !== killedStatus) expect(status, story).toBe(0);

      // Whatever it is in, its address is nobody else's.
      const state = await stateOf(host, variant, c1);
      const taken = await host.attempt([own, "add", "simplenet", other.netns], {
        env: { CNI_ARGS: "IP=10.10.0.2" },
      });
      expect(taken.status, story).toBe(1);
      if (state.runs && state.isCheckpointed) {
        await expectRefused(host, variant, words("restore"), `lxc-cni release ${c1.name}`);
        await lxcCni(host, variant, "release", c1.name);
      } else if (!state.runs) {
        await lxcCni(host, variant, ...words("restore"));
      }
      await expectToGoOn(peer);
      expect([await leases(host), await held(host)], story).toEqual([["10.10.0.2", "fd00:10:10::2"], []]);
      const outcome = `${command} ${status === killedStatus ? "killed" : "over before"}: ${inWords(state)}`;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    for (const [outcome, count] of seen) console.log(`${count} of ${trials}: ${outcome}`);
    expect([...seen.keys()].filter((outcome) => outcome.includes("killed")).length).toBeGreaterThan(1);
    await c1.stop();
    expect(await host.run(["sh", "-c", everything])).toBe(before);
  });
});

function inWords({ runs, isCheckpointed }: Awaited<ReturnType<typeof stateOf>>): string {
  if (!runs) return "saved";
  return isCheckpointed ? "runs, and is taken for checkpointed" : "runs";
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { compileProgram } from "../fixture/compile.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { missing, variants } from "../fixture/variants.ts";
import { atCallSource } from "../kill/at-call.ts";
import { networkName, type Place } from "./ask.ts";
import { addressIn, callAtOnce, expectLeases, leasesOn, messagesOf } from "./crowd.ts";

const ours = variants.find(({ directory }) => directory.endsWith("/bin"));
const reason = ours === undefined ? "LXC_CNI_TEST_PLUGINS is set: these are about ours" : missing(ours);
const program = `${ours?.directory}/host-local`;
const subnet = "10.1.2.0/24";
/** What link(2) comes down to: newer architectures have only the other one. */
const linkCall = process.arch === "x64" ? "link" : "linkat";
const lockPath = `/var/lib/cni/networks/${networkName}/lock`;

let directory = "";
let atCall = "";
let refuseCall = "";
beforeAll(() => {
  if (reason !== undefined) return;
  directory = mkdtempSync(join(tmpdir(), "lxc-cni-lock-"));
  atCall = compileProgram(atCallSource, directory);
  refuseCall = compileProgram(join(import.meta.dirname, "../fixture/refuse-call.c"), directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the lock of the leases", () => {
  if (reason !== undefined) beforeEach(({ skip }) => skip(reason));

  test("that the file system refuses (ENOLCK) makes a call fail that takes nothing", async ({ host }) => {
    const place = { host, container: await host.container("netns") };
    const commands = Array.from({ length: 60 }, (_, index) =>
      index % 3 === 0 ? [refuseCall, "flock", "ENOLCK", program] : [program],
    );
    const answers = await callAtOnce(place, { verb: "ADD", subnet, commands });
    expectLeases(place, answers, new Map());
    for (const [index, { status, json }] of answers.entries()) {
      if (index % 3 !== 0) expect(status).toBe(0);
      else {
        expect(json).toMatchObject({
          code: 5,
          msg: `cannot lock the leases in /var/lib/cni/networks/${networkName}`,
          details: expect.stringContaining("ENOLCK"),
        });
      }
    }
  });

  test("that a stopped call holds is waited for, ten seconds; nobody gets its address", {
    timeout: 60_000,
  }, async ({ host }) => {
    const place = { host, container: await host.container("netns") };
    const holder = await stopHolder(place);
    const waiting = await callAtOnce(place, { verb: "ADD", subnet, commands: Array(5).fill([program]) });
    expect(waiting.map(({ json }) => json)).toEqual(
      Array(5).fill(
        expect.objectContaining({
          code: 11,
          msg: `the leases in /var/lib/cni/networks/${networkName} are locked`,
        }),
      ),
    );

    await host.run(["kill", "-CONT", holder]);
    const answers = await callAtOnce(place, { verb: "ADD", subnet, commands: Array(20).fill([program]) });
    expect(messagesOf(answers)).toEqual([]);
    expectLeases(place, answers, new Map([["10.1.2.2", "holder\r\neth0"]]));
  });

  test("passes on when its holder is killed: no address is lost, or given twice", async ({ host }) => {
    const place = { host, container: await host.container("netns") };
    const holder = await stopHolder(place);
    const coming = callAtOnce(place, { verb: "ADD", subnet, commands: Array(20).fill([program]) });
    await host.run(["bash", "-c", "until grep -q -e '-> FLOCK' /proc/locks; do :; done"]);
    await host.run(["kill", "-KILL", holder]);
    const answers = await coming;
    expect(messagesOf(answers)).toEqual([]);
    // Its lease is there, as DEL will want to find it.
    expectLeases(place, answers, new Map([["10.1.2.2", "holder\r\neth0"]]));
    expect(answers.map(addressIn)).toContain("10.1.2.3");

    await callAtOnce(place, { verb: "DEL", subnet, commands: Array(20).fill([program]) });
    await removeHolder(place);
    expect(leasesOn(place)).toEqual({});
  });
});

const input = JSON.stringify({
  cniVersion: "1.1.0",
  name: networkName,
  ipam: { type: "host-local", subnet },
});

function environmentFor({ container }: Place, verb: string) {
  return {
    CNI_COMMAND: verb,
    CNI_CONTAINERID: "holder",
    CNI_IFNAME: "eth0",
    CNI_NETNS: container.netns,
    CNI_PATH: "/nonexistent",
  };
}

/** Has an ADD stopped that holds the lock, and has just made its lease. @returns its process id */
async function stopHolder(place: Place): Promise<string> {
  // Its output may not be ours: reading that would be waiting for its end.
  const script = `${atCall} stop ${linkCall} 1 ${program} > /mnt/holder 2>&1; cat /mnt/holder`;
  const pid = await place.host.run(["sh", "-c", script], { env: environmentFor(place, "ADD"), input });
  expect(await isLocked(place.host)).toBe(true);
  return pid;
}

async function isLocked(host: Host): Promise<boolean> {
  return (await host.attempt(["flock", "--nonblock", lockPath, "true"])).status !== 0;
}

async function removeHolder(place: Place): Promise<void> {
  await place.host.run([program], { env: environmentFor(place, "DEL"), input });
}

import { join } from "node:path";
import { expect } from "vitest";
import { buildExecutables } from "../../scripts/build/executables.mjs";
import { findToolchain } from "../../scripts/build/toolchain.mjs";
import { outputOf, runCommand } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import type { Contents } from "./machine.ts";
import { testInMachine } from "./test.ts";

/** What programs/mtime.ts prints: in how many rounds out of all ... */
interface Observation {
  readonly rounds: number;
  /** ... a change did not show that came at once. */
  readonly atOnce: number;
  /** ... nor one that came when the clock was two ticks past the directory's time. */
  readonly byClock: number;
  /** ... nor one that came when a file that was written then had a time two ticks past the directory's. */
  readonly byFile: number;
  /** ... nor one that came at once, after the directory was marked. */
  readonly byMark: number;
  /** ... the directory's time was of whole seconds. */
  readonly wholeSeconds: number;
}

const test = testInMachine(contentsWithProgram);

const fileSystems = [
  { name: "tmpfs", directory: "/run/leases" },
  { name: "ext4", directory: "/disk/vda/leases" },
];

for (const { name, directory } of fileSystems) {
  test(`a change shows behind a mark, and in a directory's time when a file is two ticks younger: ${name}`, async ({
    host,
  }) => {
    const observation = await observe(host, directory);
    console.log(`${name}: ${JSON.stringify(observation)}`);
    expect(observation.byFile).toBe(0);
    expect(observation.byMark).toBe(0);
    expect(observation.wholeSeconds).toBeLessThan(observation.rounds);
  });
}

test("a directory's time is of whole seconds on ext4 with inodes of 128 bytes", async ({ host }) => {
  const observation = await observe(host, "/disk/vdb/leases");
  console.log(`ext4 with inodes of 128 bytes: ${JSON.stringify(observation)}`);
  expect(observation.wholeSeconds).toBe(observation.rounds);
  // The mark needs no finer time.
  expect(observation.byMark).toBe(0);
});

/** Looks at a new directory; the file is on a tmpfs, which keeps time to the tick. */
async function observe(host: Host, directory: string): Promise<Observation> {
  await host.run(["mkdir", directory]);
  const ticksPerSecond = await host.run(["sh", "-c", "sed -n s/^CONFIG_HZ=//p /boot/config-*"]);
  const twoTicks = Math.ceil(2000 / Number(ticksPerSecond));
  return JSON.parse(await host.run(["/opt/mtime", directory, "/run/file", String(twoTicks)]));
}

async function contentsWithProgram(scratch: string): Promise<Contents | string> {
  const toolchain = findToolchain();
  if (toolchain.directory === undefined) return toolchain.reason;
  const main = join(import.meta.dirname, "programs/mtime.ts");
  const [program] = await buildExecutables({
    entries: [{ name: "mtime", main }],
    outdir: scratch,
    targets: ["bin"],
  });
  const disks = await Promise.all([256, 128].map((inodeSize) => makeDisk(scratch, inodeSize)));
  return { copies: { "/opt/mtime": program?.path ?? "" }, disks };
}

/** Makes a file with an ext4 file system, whose inodes are of so many bytes. */
async function makeDisk(directory: string, inodeSize: number): Promise<string> {
  const path = `${directory}/ext4-${inodeSize}`;
  outputOf(await runCommand(["mkfs.ext4", "-q", "-I", String(inodeSize), path, "16M"]));
  return path;
}

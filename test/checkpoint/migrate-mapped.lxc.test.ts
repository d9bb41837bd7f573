import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { compileProgram } from "../fixture/compile.ts";
import { lxcCni } from "../lxc/command-line.ts";
import { containerAt } from "../lxc/lxc.ts";
import { emptyNetwork, hookLines } from "../lxc/ways.ts";
import { describeOnce } from "./criu.ts";
import { migration, test } from "./ssh.ts";
import { define, fit, joined } from "./talk.ts";

const tmpfs = 0x01021994;

describeOnce("a process that has a file mapped", (variant) => {
  test("finds in it what it has written, on the other host, too", async ({ host, there, lxc, skip }) => {
    if (statfsSync(tmpdir()).type === tmpfs) skip("needs a file system with a disk below it in TMPDIR");
    const directory = mkdtempSync(`${tmpdir()}/lxc-cni-mapped-`);
    try {
      for (const [each, name] of [
        [host, "here"],
        [there, "there"],
      ] as const) {
        mkdirSync(`${directory}/${name}`);
        await define(each, joined);
        await each.run(["mkdir", "-p", "/var/lib/lxc"]);
        await each.run(["mount", "--bind", `${directory}/${name}`, "/var/lib/lxc"]);
      }
      const hooks = hookLines(`${variant.directory}/lxc-cni hook simplenet`);
      const c1 = await lxc.create("c1", [...emptyNetwork, ...hooks, ...fit]);
      const root = `/var/lib/lxc/${c1.name}/rootfs`;
      const keeper = compileProgram(fileURLToPath(new URL("keeper.c", import.meta.url)), directory);
      await host.run(["cp", keeper, `${root}/bin/keeper`]);
      await host.write(`${root}/etc/init.d/rcS`, "#!/bin/sh\nkeeper < /dev/null > /dev/null 2>&1 &\n", 0o755);
      await c1.start();
      await expect.poll(() => c1.run(["pidof", "keeper"]).catch(() => "")).not.toBe("");
      const moved = containerAt(there, c1.name);
      try {
        await lxcCni(host, variant, ...migration(variant, c1.name));
        const count = () => moved.run(["od", "-A", "n", "-t", "u8", "-N", "8", "/counted"]);
        const before = await count();
        await expect.poll(count).not.toBe(before);
        expect(await there.attempt(["ls", `${root}/torn`])).toMatchObject({ status: 2 });
      } finally {
        await moved.end();
        await c1.end();
      }
    } finally {
      for (const each of [host, there]) await each.run(["umount", "--lazy", "/var/lib/lxc"]);
      rmSync(directory, { recursive: true });
    }
  });
});

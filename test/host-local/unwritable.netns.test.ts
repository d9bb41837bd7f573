import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { describeEngines } from "../runtime/engines.ts";

describeEngines("STATUS of host-local", ({ directory }) => {
  const input = JSON.stringify({
    cniVersion: "1.1.0",
    name: "net",
    ipam: { dataDir: "/mnt/leases", subnet: "10.1.2.0/24" },
  });
  const program = [`${directory}/host-local`];
  const env = { CNI_COMMAND: "STATUS", CNI_PATH: directory };

  test("says when leases are on a file system that is read-only", async ({ host }) => {
    await host.run(["mkdir", "/mnt/leases"]);
    await host.run(["mount", "-t", "tmpfs", "tmpfs", "/mnt/leases"]);
    expect(await host.attempt(program, { env, input })).toMatchObject({ status: 0, output: "" });
    await host.run(["mount", "-o", "remount,ro", "/mnt/leases"]);
    const { status, output } = await host.attempt(program, { env, input });
    expect(status).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      code: 50,
      msg: "cannot lock the leases in /mnt/leases/net",
      details: expect.stringContaining("EROFS"),
    });
  });

  test("says when there is no room for another lease", async ({ host }) => {
    await host.run(["mkdir", "/mnt/leases"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=8", "tmpfs", "/mnt/leases"]);
    await host.attempt(program, { env, input });
    await host.attempt(["sh", "-c", "for n in 1 2 3 4 5 6 7 8; do > /mnt/leases/$n; done"]);
    const { status, output } = await host.attempt(program, { env, input });
    expect(status).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      code: 50,
      msg: "cannot write leases in /mnt/leases/net",
      details: expect.stringContaining("ENOSPC"),
    });
  });
});

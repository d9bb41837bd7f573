import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { anyVariant } from "../fixture/variants.ts";
import { json, lxcCni, simplenet, startMany, writeNetwork } from "./containers.ts";

const count = 100;

test("of a hundred containers, those that are broken and gone are found and mended", async ({
  host,
  skip,
}) => {
  const variant = anyVariant();
  if (variant === undefined) return skip("nothing has been built");
  await writeNetwork(host, { ...simplenet, ipMasq: false });
  await startMany(host, variant, count);
  const all = await json(host, variant, "ls");
  expect(new Set(all.map((each: { container: string }) => each.container)).size).toBe(count);
  expect(new Set(all.map((each: { state: string }) => each.state))).toEqual(new Set(["ok"]));
  await host.run(["ip", "link", "delete", "cnibr0"]);
  const pid = all.find((each: { container: string }) => each.container === "c7").pid;
  await host.run(["kill", "-KILL", String(pid)]);
  await expect.poll(async () => (await host.attempt(["test", "-e", `/proc/${pid}/ns/net`])).status).toBe(1);
  const checked = await json(host, variant, "check");
  expect(checked.filter((each: { problems: unknown[] }) => each.problems.length > 0)).toHaveLength(count);
  expect(await lxcCni(host, variant, "repair")).toMatchObject({ status: 0 });
  await host.run(["sh", "-c", "touch --date '2 minutes ago' /var/lib/lxc-cni/incarnations/*"]);
  expect((await lxcCni(host, variant, "gc")).output).toMatch(/^c7 eth0 on simplenet: removed /);
  expect(await lxcCni(host, variant, "check")).toMatchObject({
    status: 0,
    output: `${count - 1} of ${count - 1} attachments are as made\n`,
  });
}, 60_000);

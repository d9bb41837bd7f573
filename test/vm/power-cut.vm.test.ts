import { join } from "node:path";
import { expect } from "vitest";
import { outputOf, runCommand } from "../fixture/command.ts";
import { missing, variants } from "../fixture/variants.ts";
import type { Contents } from "./machine.ts";
import { testInMachine } from "./test.ts";

const test = testInMachine(contentsWithDisk);

const directory = "/opt/cni/bin";
const lxcCni = `${directory}/lxc-cni`;
const disk = "/disk/vda";

test("what enable and network create have written is there after a power cut", async ({ host }) => {
  const sh = (script: string) => host.run(["sh", "-ec", script]);
  // With its usual options, ext4 looks after those who replace a file and forget fsync(2); other file systems do not.
  await sh(`mount -o remount,noauto_da_alloc ${disk}`);
  await host.write(`${disk}/lxc/web/config`, "lxc.uts.name = web\n");
  await sh(
    `mkdir -p ${disk}/net.d /etc/lxc-cni/net.d && mount --bind ${disk}/net.d /etc/lxc-cni/net.d && sync`,
  );

  await host.run([lxcCni, "network", "create", "simplenet", "--subnet", "10.10.0.0/16"]);
  await host.run([lxcCni, "enable", "web", "simplenet", "--lxc-path", `${disk}/lxc`]);
  await sh(`echo 'not on the disk' > ${disk}/lost`);
  const look = async (root: string) => ({
    config: await sh(`cat ${root}/lxc/web/config`),
    backup: await sh(`cat ${root}/lxc/web/config.lxc-cni-backup`),
    network: await sh(`cat ${root}/net.d/simplenet.conflist`),
    names: await sh(`ls ${root} ${root}/lxc/web ${root}/net.d`),
  });
  const before = await look(disk);
  expect(before.config).toContain("hook simplenet");
  expect(before.names).toContain("lost");

  await host.run(["/opt/power-cut", disk]);
  await sh(`umount /etc/lxc-cni/net.d ${disk} && nsenter --target=1 --mount umount ${disk}`);
  await sh(`mkdir /run/after && mount -t ext4 /dev/vda /run/after`);
  const { names, ...after } = await look("/run/after");
  expect(names, "the power was cut indeed").not.toContain("lost\n");
  expect({ ...after, names: names.replaceAll("/run/after", disk) }).toEqual({
    ...before,
    names: before.names.replace("lost\n", ""),
  });
});

async function contentsWithDisk(scratch: string): Promise<Contents | string> {
  const native = variants.find(({ name }) => !name.startsWith("js"));
  if (native === undefined) return "there are no native executables";
  const reason = missing(native);
  if (reason !== undefined) return reason;
  const [program, image] = [`${scratch}/power-cut`, `${scratch}/ext4`];
  outputOf(
    await runCommand(["gcc", "-Wall", "-o", program, join(import.meta.dirname, "programs/power-cut.c")]),
  );
  outputOf(await runCommand(["mkfs.ext4", "-q", image, "32M"]));
  const executables = ["bridge", "host-local", "lxc-cni"].map((name) => [
    `${directory}/${name}`,
    `${native.directory}/${name}`,
  ]);
  return { copies: { ...Object.fromEntries(executables), "/opt/power-cut": program }, disks: [image] };
}

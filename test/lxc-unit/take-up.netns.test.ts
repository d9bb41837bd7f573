import { expect } from "vitest";
import { containerIdOf } from "../../lxc/container/id.ts";
import { recipe } from "../bridge/recipe.ts";
import { makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { lxcCni } from "../lxc/command-line.ts";
import { describeEngines } from "../runtime/engines.ts";
import { runHook, test } from "../runtime/hook.ts";

const id = containerIdOf("web", "/var/lib/lxc");
const time = "2026-01-31T12:00:00.000Z";
const place = { name: "web", lxcPath: "/var/lib/lxc" };
const arrival = { format: "lxc-cni arrival 1", ...place, isNew: true, networkDirectories: [], since: 0 };
const arrivalFile = `/var/lib/lxc-cni/arrivals/${id}.json`;
const checkpointFile = `/var/lib/lxc-cni/checkpoints/${id}.json`;
const filesOfWeb = ["ls", "/var/lib/lxc/web/rootfs"];

describeEngines("a container that is taken up once more, and goes on already", (variant) => {
  test("keeps its files: the call before was ended when all was recorded", async ({ host }) => {
    await pack(host);
    await host.write(arrivalFile, JSON.stringify({ ...arrival, goesOn: time }));
    expect(await lxcCni(host, variant, "migrate", "web", "--from", "/mnt/carried")).toContain(
      "web: goes on here",
    );
    expect(await host.run(filesOfWeb)).toBe("precious");
    expect(await host.attempt(["ls", arrivalFile])).toMatchObject({ status: 2 });
  });

  test("keeps its files: the call before was ended while it was restored", async ({ host, plugins }) => {
    await pack(host);
    await host.write("/etc/lxc-cni/net.d/simplenet.conf", JSON.stringify(recipe));
    const web = await makeContainerOfProcess(host, "web");
    const call = { host, variant, plugins, web, networks: ["simplenet"] };
    expect(await runHook({ ...call, type: "start-host" })).toMatchObject({ status: 0 });
    await host.write(arrivalFile, JSON.stringify(arrival));
    const held = { ...checkpoint, directory: "/mnt/carried", move: { stage: "arriving" } };
    await host.write(checkpointFile, JSON.stringify(held));
    expect(await lxcCni(host, variant, "migrate", "web", "--from", "/mnt/carried")).toContain(
      "web: goes on here",
    );
    expect(await host.run(filesOfWeb)).toBe("precious");
    for (const file of [arrivalFile, checkpointFile]) {
      expect(await host.attempt(["ls", file])).toMatchObject({ status: 2 });
    }
  });
});

const checkpoint = { format: "lxc-cni checkpoint 1", time, ...place, attachments: [] };

/** Gives a host a container, and the directory that it has come from. */
async function pack(host: Host): Promise<void> {
  const needs = { format: "lxc-cni migration 1", machine: "any", paths: [], networkDirectories: [] };
  await host.write("/var/lib/lxc/web/config", "");
  await host.write("/var/lib/lxc/web/rootfs/precious", "");
  await host.write("/mnt/carried/lxc-cni.json", JSON.stringify(checkpoint));
  await host.write("/mnt/carried/needs.json", JSON.stringify(needs));
  await host.run(["sh", "-c", "cd /mnt/carried && chmod 700 . && sha256sum *.json > SHA256SUMS"]);
}

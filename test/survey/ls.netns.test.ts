import { expect } from "vitest";
import { containerIdOf } from "../../lxc/container/id.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";
import { json, lxcCni, portOf, simplenet, startContainer, writeNetwork } from "./containers.ts";

describeVariants("lxc-cni ls", (variant) => {
  test("shows an attachment as it is", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    const mac = JSON.parse(await web.run(["ip", "-json", "link", "show", "eth0"]))[0].address;
    const veth = await portOf(host);
    expect(await json(host, variant, "ls")).toEqual([
      {
        container: "web",
        id: "web-qkwznmfy",
        runtime: "lxc",
        lxcPath: "/var/lib/lxc",
        pid: Number(web.pid),
        network: "simplenet",
        interface: "eth0",
        addresses: ["10.10.0.2/16", "fd00:10:10::2/64"],
        mac,
        veth,
        bridge: "cnibr0",
        state: "ok",
        notes: [],
      },
    ]);
    const { output, status } = await lxcCni(host, variant, "ls");
    expect(status).toBe(0);
    expect(output.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["CONTAINER", "NETWORK", "INTERFACE", "ADDRESSES", "MAC", "VETH", "STATE"],
      ["web", "simplenet", "eth0", "10.10.0.2/16,fd00:10:10::2/64", mac, veth, "ok"],
      [""],
    ]);
  });

  test("tells an ordinary user that it takes root", async ({ host }) => {
    await writeNetwork(host, simplenet);
    await startContainer(host, variant, "web");
    // Where an ordinary user can run it, wherever this checkout is.
    await host.run(["cp", "-a", variant.directory, "/mnt/programs"]);
    const asUser = ["setpriv", "--reuid=4242", "--regid=4242", "--clear-groups"];
    const { status, output, errors } = await host.attempt([...asUser, "/mnt/programs/lxc-cni", "ls"]);
    expect({ status, output }).toEqual({ status: 1, output: "" });
    expect(errors).toMatch(/EACCES.*\(it takes root\)\n$/);
  });

  test("says what is broken, and when it is not any more", async ({ host }) => {
    await writeNetwork(host, simplenet);
    await startContainer(host, variant, "web");
    const veth = await portOf(host);
    const breakages: readonly [string, string, string][] = [
      [`ip link set ${veth} nomaster`, `${veth} is no port of cnibr0`, `ip link set ${veth} master cnibr0`],
      [`ip link set ${veth} down`, `${veth} is down`, `ip link set ${veth} up`],
      ["ip link set cnibr0 down", "bridge cnibr0 is down", "ip link set cnibr0 up"],
    ];
    for (const [breaks, note, mends] of breakages) {
      await host.run(breaks.split(" "));
      expect(await states(host, variant), breaks).toEqual([["web", "broken", [note]]]);
      await host.run(mends.split(" "));
      expect(await states(host, variant), mends).toEqual([["web", "ok", []]]);
    }
    await host.run(["ip", "link", "delete", "cnibr0"]);
    expect(await states(host, variant)).toEqual([["web", "broken", ["bridge cnibr0 is gone"]]]);
    await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
    expect(await states(host, variant)).toEqual([
      ["web", "broken", ["bridge cnibr0 is down", `${veth} is no port of cnibr0`]],
    ]);
    await host.run(["ip", "link", "delete", veth]);
    expect((await states(host, variant))[0]?.[2]).toContain(`${veth} is gone`);
    await host.run(["rm", "-r", "/var/lib/cni/results"]);
    expect((await states(host, variant))[0]?.[2]).toContain("no record of its ADD in /var/lib/cni/results");
  });

  test("tells a container that has stopped from one that runs, and forgets what was detached", async ({
    host,
  }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    const db = await startContainer(host, variant, "db");
    await web.crash();
    expect(await states(host, variant)).toEqual([
      ["db", "ok", []],
      ["web", "stale", ["the container has stopped"]],
    ]);
    expect(await web.hook("stop")).toMatchObject({ status: 0 });
    await db.crash();
    await db.hook("post-stop");
    expect(await states(host, variant)).toEqual([]);
    expect((await lxcCni(host, variant, "ls")).output).toBe(
      "CONTAINER  NETWORK  INTERFACE  ADDRESSES  MAC  VETH  STATE\n",
    );
  });

  test("shows what another runtime keeps, and passes over what is no record", async ({ host }) => {
    await writeNetwork(host, simplenet);
    await startContainer(host, variant, "web");
    await host.container("pod");
    for (const [id, netns] of [
      ["0f3a", "/run/netns/pod"],
      ["1b7c", "/run/netns/gone"],
    ] as const) {
      const entry = {
        kind: "cniCacheV1",
        containerId: id,
        config: Buffer.from(JSON.stringify({ cniVersion: "1.0.0", name: "podman", type: "ptp" })).toString(
          "base64",
        ),
        ifName: "eth0",
        networkName: "podman",
        netns,
        result: { cniVersion: "1.0.0", ips: [{ address: "10.88.0.7/16" }] },
      };
      await host.write(`/var/lib/cni/results/podman-${id}-eth0`, JSON.stringify(entry));
    }
    await host.write("/var/lib/cni/results/garbage", "{");
    await host.write("/var/lib/lxc-cni/incarnations/garbage.json", "{}");
    expect(await states(host, variant)).toEqual([
      ["0f3a", "ok", []],
      ["1b7c", "stale", ["its namespace is gone"]],
      ["web", "ok", []],
    ]);
    const { errors } = await lxcCni(host, variant, "ls");
    expect(errors).toContain("/var/lib/cni/results/garbage");
    expect(errors).toContain("/var/lib/lxc-cni/incarnations/garbage.json");
  });

  test("with --all shows what containers are to be attached to when they start", async ({ host }) => {
    await writeNetwork(host, simplenet);
    await startContainer(host, variant, "web");
    const hook = (words: string) =>
      `lxc.hook.version = 1\nlxc.hook.start-host = /usr/bin/lxc-cni hook ${words}\n`;
    await host.write("/var/lib/lxc/web/config", hook("simplenet backnet"));
    await host.write("/mnt/lxc/db/config", hook("simplenet:net0,ip=10.10.0.9"));
    await host.write("/mnt/lxc/plain/config", "lxc.uts.name = plain\n");
    expect((await json(host, variant, "ls")).length).toBe(1);
    const waiting = (...words: string[]) => json(host, variant, "ls", "--all", ...words);
    expect((await waiting())[1]).toEqual({
      container: "web",
      id: "web-qkwznmfy",
      runtime: "lxc",
      lxcPath: "/var/lib/lxc",
      network: "backnet",
      interface: "eth1",
      addresses: [],
      state: "waiting",
      notes: [],
    });
    expect((await waiting("-P", "/mnt/lxc"))[1]).toMatchObject({
      ...{ container: "db", network: "simplenet", interface: "net0", lxcPath: "/mnt/lxc", state: "waiting" },
    });
    expect((await lxcCni(host, variant, "ls", "-a")).output).toMatch(
      /\nweb +backnet +eth1 +- +- +- +waiting\n$/,
    );
    // LXC's monitor of a container listens there.
    const whileRunning = `
import socket, subprocess, sys
monitor = socket.socket(socket.AF_UNIX)
monitor.bind("\\0/mnt/lxc/db/command")
subprocess.run(sys.argv[1:])`;
    const words = [`${variant.directory}/lxc-cni`, "ls", "--all", "--lxc-path", "/mnt/lxc"];
    expect(await host.run(["python3", "-c", whileRunning, ...words], { env: variant.environment })).toMatch(
      /\ndb .* waiting +the container runs, and began without it$/,
    );
    const moved = {
      ...{
        format: "lxc-cni checkpoint 1",
        time: "2026-01-31T12:00:00.000Z",
        name: "db",
        lxcPath: "/mnt/lxc",
      },
      ...{ move: { stage: "moved", host: "mars" }, attachments: [] },
    };
    const checkpoints = "/var/lib/lxc-cni/checkpoints";
    await host.write(`${checkpoints}/${containerIdOf("db", "/mnt/lxc")}.json`, JSON.stringify(moved));
    expect((await waiting("-P", "/mnt/lxc")).length).toBe(1);
  });

  test("reads the records of builds that wrote no names", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    const path = "/var/lib/lxc-cni/incarnations/web-qkwznmfy.json";
    const { name, lxcPath, ...older } = JSON.parse(await host.run(["cat", path]));
    expect([name, lxcPath]).toEqual(["web", "/var/lib/lxc"]);
    await host.write(path, JSON.stringify(older));
    expect(await states(host, variant)).toEqual([["web-qkwznmfy", "ok", []]]);
    await web.crash();
    expect(await web.hook("stop")).toMatchObject({ status: 0 });
    expect(await states(host, variant)).toEqual([]);
  });
});

async function states(host: Host, variant: Variant): Promise<[string, string, string[]][]> {
  const all = await json(host, variant, "ls");
  return all.map((each: Record<string, unknown>) => [each.container, each.state, each.notes]);
}

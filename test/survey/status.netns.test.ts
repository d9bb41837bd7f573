import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import {
  describeNative,
  json,
  lxcCni,
  portOf,
  simplenet,
  startContainer,
  writeNetwork,
} from "./containers.ts";

const withDns = {
  ...simplenet,
  dns: { nameservers: ["10.10.0.1"], search: ["lan"] },
};

describeNative("lxc-cni status", (variant) => {
  test("says all of a container, and what to do when it is broken or gone", async ({ host }) => {
    await writeNetwork(host, withDns);
    const web = await startContainer(host, variant, "web");
    const veth = await portOf(host);
    const well = await lxcCni(host, variant, "status", "web");
    expect(well).toMatchObject({ status: 0, errors: "" });
    const lines = well.output.split("\n").map((line) => line.trim().split(/ {2,}/).join(" "));
    expect(lines).toEqual([
      "web",
      expect.stringMatching(new RegExp(`^attached since 20\\d\\d-.*Z, process ${web.pid}$`)),
      "eth0 on simplenet: ok",
      "addresses 10.10.0.2/16, fd00:10:10::2/64",
      "gateways 10.10.0.1, fd00:10:10::1",
      "routes 0.0.0.0/0 via 10.10.0.1, ::/0 via fd00:10:10::1",
      "DNS nameservers 10.10.0.1, search lan",
      expect.stringMatching(/^MAC ..:..:..:..:..:..$/),
      `veth ${veth} on cnibr0`,
      "",
    ]);
    expect(await json(host, variant, "status", "web")).toMatchObject({
      container: "web",
      attachments: [{ state: "ok", gateways: ["10.10.0.1", "fd00:10:10::1"], dns: { search: ["lan"] } }],
      next: [],
    });
    await host.run(["ip", "link", "set", veth, "nomaster"]);
    const broken = await lxcCni(host, variant, "status", "web");
    expect(broken).toMatchObject({ status: 1, output: expect.stringContaining("lxc-cni repair web") });
    await web.crash();
    const gone = await lxcCni(host, variant, "status", "web");
    expect(gone).toMatchObject({ status: 1, output: expect.stringContaining("lxc-cni gc removes") });
    await web.hook("stop");
    const unknown = await lxcCni(host, variant, "status", "web");
    expect(unknown).toMatchObject({ status: 1, output: "" });
    expect(unknown.errors).toContain("there is no container web in /var/lib/lxc");
  });

  test("says how a container that is on no network gets onto one", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const config = "/var/lib/lxc/web/config";
    await host.write(config, "lxc.uts.name = web\n");
    const next = async () => (await json(host, variant, "status", "web")).next;
    expect(await next()).toEqual(["lxc-cni enable web NETWORK attaches it from its next start on"]);
    await host.write(config, "lxc.hook.start-host = /usr/bin/lxc-cni hook simplenet\n");
    expect(await next()).toEqual(["lxc-start web attaches it to simplenet"]);
  });

  test("says how a first network is made", async ({ host }) => {
    const { status, output } = await lxcCni(host, variant, "status");
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining("lxc-cni network create NAME makes one"),
    });
  });

  test("tells what failed when a container was started", async ({ host }) => {
    await writeNetwork(host, { ...simplenet, ipam: { type: "host-local", subnet: "10.10.0.0/30" } });
    await startContainer(host, variant, "first");
    const second = startContainer(host, variant, "second");
    await expect(second).rejects.toThrow();
    const { output, status } = await lxcCni(host, variant, "status", "second");
    expect(status).toBe(1);
    expect(output).toMatch(/not attached[\s\S]*failed at .*, start-host, eth0 on simplenet: .*\(code 110\)/);
    expect(output).toContain("lxc-start second");
    const all = await lxcCni(host, variant, "status");
    expect(all.status).toBe(1);
    expect(all.output).toMatch(/^NETWORK +STATE +ATTACHMENTS\nsimplenet +not ready +1\n/);
    expect(all.output).toMatch(/simplenet: .*\n/);
    expect(all.output).toMatch(/second-[a-z2-7]{8}: start-host failed: /);
  });

  test("asks the networks of containers of LXC, and no others", async ({ host }) => {
    await writeNetwork(host, simplenet);
    await host.write(
      "/etc/cni/net.d/podman.conflist",
      JSON.stringify({ cniVersion: "1.1.0", name: "podman", plugins: [{ type: "missing" }] }),
    );
    expect(await lxcCni(host, variant, "status")).toMatchObject({
      status: 0,
      output: "NETWORK    STATE  ATTACHMENTS\nsimplenet  ready  0\n",
    });
    await writeNetwork(host, { name: "old" });
    const broken = await lxcCni(host, variant, "status");
    expect(broken).toMatchObject({ status: 1, output: expect.stringMatching(/old\.conflist +not ready/) });
  });
});

describeNative("lxc-cni graph", (variant) => {
  test("draws what there is", async ({ host }) => {
    await writeNetwork(host, simplenet);
    await startContainer(host, variant, "web");
    const db = await startContainer(host, variant, "db");
    await db.crash();
    const text = await lxcCni(host, variant, "graph", "--text");
    expect(text.output).toBe(
      "cnibr0  10.10.0.1/16, fd00:10:10::1/64  (simplenet)\n" +
        "|- db   eth0  10.10.0.3/16, fd00:10:10::3/64  stale: the container has stopped\n" +
        "`- web  eth0  10.10.0.2/16, fd00:10:10::2/64\n",
    );
    expect((await lxcCni(host, variant, "graph")).output).toMatch(/^<svg [\s\S]*>web<[\s\S]*<\/svg>\n$/);
    expect(await lxcCni(host, variant, "graph", "--svg", "/run/host.svg")).toMatchObject({
      status: 0,
      output: "",
    });
    expect(await host.run(["head", "-c", "4", "/run/host.svg"])).toBe("<svg");
  });
});

import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";
import { startContainer } from "../survey/containers.ts";
import { attemptLxcCni, jsonOf, readConfiguration } from "./on-host.ts";

describeVariants("network rm", (variant) => {
  test("leaves nothing of a network, once its containers have left it", async ({ host }) => {
    const before = await snapshot(host);
    const simplenet = await create(host, variant, "simplenet", "--ipv6");
    const web = await host.container("web");
    succeeded(await simplenet.add(web));
    const refused = await attemptLxcCni(host, variant, "network", "rm", "simplenet");
    expect(refused).toMatchObject({ status: 1, errors: expect.stringContaining("web (eth0)") });
    expect(await host.run(["ls", "/etc/lxc-cni/net.d"])).toBe("simplenet.conflist");
    succeeded(await simplenet.del(web));
    const removed = await attemptLxcCni(host, variant, "network", "rm", "simplenet");
    expect(removed).toMatchObject({ status: 0, errors: "" });
    for (const what of ["simplenet.conflist", "bridge cni-simplenet", "/var/lib/cni/networks/simplenet"]) {
      expect(removed.output).toContain(what);
    }
    await web.lose();
    expect((await host.attempt(["ip", "link", "show", "cni-simplenet"])).status).toBe(1);
    expect((await host.attempt(["ls", "/var/lib/cni/networks/simplenet"])).status).not.toBe(0);
    expect(difference(before, await snapshot(host))).toEqual([]);
    expect(await attemptLxcCni(host, variant, "network", "rm", "simplenet")).toMatchObject({
      status: 1,
      errors: expect.stringContaining("there is no network simplenet"),
    });
  });

  test("removes rules that are left of a network whose containers crashed, and refuses while leases are", async ({
    host,
  }) => {
    const simplenet = await create(host, variant, "simplenet");
    const web = await host.container("web");
    succeeded(await simplenet.add(web));
    await web.lose();
    await expect.poll(async () => host.run(["ip", "-o", "link", "show", "type", "veth"])).toBe("");
    const refused = await attemptLxcCni(host, variant, "network", "rm", "simplenet");
    expect(refused).toMatchObject({ status: 1, errors: expect.stringMatching(/web \(eth0\).*lxc-cni gc/s) });
    await host.run(["sh", "-c", "rm /var/lib/cni/networks/simplenet/10.*"]);
    const removed = await attemptLxcCni(host, variant, "network", "rm", "simplenet");
    expect(removed).toMatchObject({ status: 0, output: expect.stringContaining("rules") });
    expect(await host.run(["iptables", "-t", "nat", "-S"])).not.toContain("LXC-CNI");
  });

  test("says how each container that is on it is made to leave it", async ({ host }) => {
    const simplenet = await create(host, variant, "simplenet");
    const [web, old] = [
      await startContainer(host, variant, "web"),
      await startContainer(host, variant, "old"),
    ];
    await old.crash();
    succeeded(await simplenet.add(await host.container("other")));
    const { errors } = await attemptLxcCni(host, variant, "network", "rm", "simplenet");
    const parts = errors.trimEnd().split("; ");
    expect(parts).toEqual([
      "lxc-cni: network simplenet is in use",
      "by web (eth0): stop or detach them (lxc-cni detach)",
      expect.stringMatching(/^old \(eth0\): they are gone, and lxc-cni gc /),
      expect.stringMatching(/^other \(eth0\): whatever attached them has to detach them$/),
      "where they are gone, lxc-cni gc simplenet /run/netns/NAME removes what they left",
    ]);
    const { output } = await attemptLxcCni(host, variant, "network", "show", "simplenet");
    expect(output).toContain("old (eth0), web (eth0), other (eth0)");
    await web.crash();
  });

  test("keeps the configuration until all else is removed, so that it can be called again", async ({
    host,
  }) => {
    const simplenet = await create(host, variant, "simplenet");
    const web = await host.container("web");
    succeeded(await simplenet.add(web));
    succeeded(await simplenet.del(web));
    // A file that something is mounted on cannot be removed.
    const lock = "/var/lib/cni/networks/simplenet/lock";
    await host.run(["mount", "--bind", "/etc/hostname", lock]);
    const failed = await attemptLxcCni(host, variant, "network", "rm", "simplenet");
    expect(failed).toMatchObject({ status: 1, errors: expect.stringContaining("EBUSY") });
    await host.run(["umount", lock]);
    const removed = await attemptLxcCni(host, variant, "network", "rm", "simplenet");
    expect(removed).toMatchObject({ status: 0, output: expect.stringContaining("lease directory") });
    expect(await host.run(["ls", "/etc/lxc-cni/net.d"])).toBe("");
  });

  test("leaves a bridge that is not ours, or that another network has", async ({ host }) => {
    await host.run(["ip", "link", "add", "br0", "type", "bridge"]);
    await create(host, variant, "a", "--bridge", "br0");
    await create(host, variant, "b", "--bridge", "shared", "--vlan", "7");
    await create(host, variant, "c", "--bridge", "shared", "--vlan", "8");
    expect(await attemptLxcCni(host, variant, "network", "rm", "a")).toMatchObject({ status: 0 });
    await host.run(["ip", "link", "show", "br0"]);
    await host.run(["ip", "link", "add", "shared", "alias", "x", "type", "bridge"]);
    await host.run(["ip", "link", "set", "shared", "alias", "lxc-cni bridge"]);
    expect(await attemptLxcCni(host, variant, "network", "rm", "b")).toMatchObject({ status: 0 });
    await host.run(["ip", "link", "show", "shared"]);
    expect(await attemptLxcCni(host, variant, "network", "rm", "c")).toMatchObject({ status: 0 });
    expect((await host.attempt(["ip", "link", "show", "shared"])).status).toBe(1);
  });
});

describeVariants("network ls and show", (variant) => {
  test("tell what there is, who is on it, and what is wrong", async ({ host }) => {
    const none = await attemptLxcCni(host, variant, "network", "ls");
    expect(none).toMatchObject({ status: 0, errors: "" });
    const simplenet = await create(host, variant, "simplenet", "--subnet", "10.1.2.0/28");
    succeeded(await simplenet.add(await host.container("web")));
    const list = await attemptLxcCni(host, variant, "network", "ls");
    expect(list).toMatchObject({ status: 0, errors: "" });
    const [headings = "", row = ""] = list.output.split("\n");
    expect(headings.split(/ +/)[0]).toBe("NETWORK");
    expect(row.split(/ +/)).toEqual(
      ["simplenet", "cni-simplenet", "10.1.2.0/28", "10.1.2.1", "yes", "1"].concat(
        "/etc/lxc-cni/net.d/simplenet.conflist",
      ),
    );
    const shown = await jsonOf(host, variant, "network", "show", "simplenet");
    expect(shown).toMatchObject({
      name: "simplenet",
      attachments: [{ container: "web", interface: "eth0" }],
      ranges: [
        { used: 1, free: 12, ranges: [{ subnet: "10.1.2.0/28", first: "10.1.2.1", last: "10.1.2.14" }] },
      ],
    });
    const words = await attemptLxcCni(host, variant, "network", "show", "simplenet");
    expect(words.output).toContain("1 used, 12 free");
    expect(words.output).toContain("the host is the default gateway, 10.1.2.1");
    expect(words.output).toContain("web (eth0)");
    await host.write("/etc/lxc-cni/net.d/broken.conf", "{");
    await host.write("/etc/lxc-cni/net.d/open.conf", '{"name":"open","type":"bridge"}', 0o666);
    const bad = { cniVersion: "1.1.0", name: "bad", plugins: [{ type: "bridge", vlan: 5000 }] };
    await host.write("/etc/lxc-cni/net.d/bad.conflist", JSON.stringify(bad));
    const twin = { cniVersion: "1.1.0", name: "simplenet", plugins: [{ type: "bridge" }] };
    await host.write("/etc/cni/net.d/twin.conflist", JSON.stringify(twin));
    const { status, output } = await attemptLxcCni(host, variant, "network", "ls", "--json");
    expect(status).toBe(1);
    const problems = Object.fromEntries(
      JSON.parse(output).map(({ file, problems }: { file: string; problems: string[] }) => [
        file.split("/").at(-1),
        problems.join(),
      ]),
    );
    expect(problems).toEqual({
      "simplenet.conflist": "",
      "bad.conflist": expect.stringContaining("5000"),
      "broken.conf": expect.stringContaining("error unmarshall"),
      "open.conf": expect.stringContaining("chmod go-w"),
      "twin.conflist": expect.stringContaining("/etc/lxc-cni/net.d/simplenet.conflist comes first"),
    });
    const quiet = await attemptLxcCni(host, variant, "network", "ls", "--quiet");
    expect(quiet.output).toBe("simplenet\n");
  });
});

async function create(host: Host, variant: Variant, name: string, ...words: string[]) {
  const outcome = await attemptLxcCni(host, variant, "network", "create", name, ...words);
  expect(outcome).toMatchObject({ status: 0 });
  const { plugins } = await readConfiguration(host, name);
  return networkOn(host, variant, { ...plugins[0], cniVersion: "1.1.0", name });
}

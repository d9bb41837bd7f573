import { describe, expect } from "vitest";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { anyVariant, describeVariants, type Variant } from "../fixture/variants.ts";
import { attempt, expectRefused, lxcCni, read, writeNetworks } from "./command-line.ts";
import { type LxcContainer, test } from "./lxc.ts";

describeVariants("lxc-cni enable", (variant) => {
  test("has a container attached when it starts; disable leaves the file as it was", async ({
    host,
    lxc,
  }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", [], { env: variant.environment });
    const before = await read(host, c1.configFile);
    const beforeAll = await snapshot(host);

    await lxcCni(host, variant, "enable", c1.name, "simplenet", "backnet:data0");
    const rest = await snapshot(host);
    expect(await read(host, `${c1.configFile}.lxc-cni-backup`)).toBe(before);
    await c1.start();
    expect((await c1.addresses()).sort()).toEqual(["10.10.0.2/16", "10.20.0.2/16"]);
    expect(await c1.run(["cat", "/sys/class/net/lo/operstate"])).toBe("unknown");
    await c1.stop();
    await expect.poll(async () => difference(rest, await snapshot(host))).toEqual([]);

    await lxcCni(host, variant, "disable", c1.name);
    expect(await read(host, c1.configFile)).toBe(before);
    await expect.poll(async () => difference(beforeAll, await snapshot(host))).toEqual([]);
  });
});

describe("lxc-cni enable, of any kind", () => {
  const variant = anyVariant() as Variant;

  test("says the same twice, changes to what is wanted, and disables once", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    const before = await read(host, c1.configFile);
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    const once = await read(host, c1.configFile);
    expect(await lxcCni(host, variant, "enable", c1.name, "simplenet")).toBe(
      `${c1.name}: eth0 on simplenet, as before`,
    );
    expect(await read(host, c1.configFile)).toBe(once);
    await lxcCni(host, variant, "enable", c1.name, "backnet");
    expect(await read(host, c1.configFile)).toBe(once.replaceAll("simplenet", "backnet"));
    expect(await read(host, `${c1.configFile}.lxc-cni-backup`)).toBe(before);
    expect(await lxcCni(host, variant, "disable", c1.name)).toBe(`${c1.name}: disabled`);
    expect(await lxcCni(host, variant, "disable", c1.name)).toBe(`${c1.name}: was not enabled`);
    expect(await read(host, c1.configFile)).toBe(before);
  });

  test("keeps owner, group and mode of the file, and follows a link to it", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    const directory = c1.configFile.replace(/\/config$/, "");
    await host.run(["mv", c1.configFile, `${directory}/elsewhere`]);
    await host.run(["ln", "-s", "elsewhere", c1.configFile]);
    await host.run(["chown", "4242:4343", directory, `${directory}/elsewhere`]);
    await host.run(["chmod", "604", `${directory}/elsewhere`]);
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    const stat = ["stat", "-c", "%u:%g %a %F", c1.configFile, `${directory}/elsewhere`];
    expect((await host.run([...stat, `${directory}/elsewhere.lxc-cni-backup`])).split("\n")).toEqual([
      expect.stringMatching(/ symbolic link$/),
      "4242:4343 604 regular file",
      "4242:4343 604 regular file",
    ]);
    expect(await read(host, c1.configFile)).toContain("lxc-cni hook simplenet");
  });

  test("does not edit a file of root's that a user's link leads to", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    const directory = c1.configFile.replace(/\/config$/, "");
    await host.write("/etc/of-the-host", "x\n");
    await host.run(["ln", "-sf", "/etc/of-the-host", c1.configFile]);
    await host.run(["chown", "4242:4242", directory]);
    await expectRefused(host, variant, ["enable", c1.name, "simplenet"], `${directory} is user 4242's`);
    expect(await read(host, "/etc/of-the-host")).toBe("x\n");
  });

  test("does not keep a container from being destroyed when the network has gone", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    await host.run(["rm", "-r", "/etc/lxc-cni/net.d"]);
    await host.run(["lxc-destroy", "--name", c1.name]);
  });

  test("leaves links that LXC makes, or has it make none, as it is told", async ({ host, lxc }) => {
    await writeNetworks(host);
    await host.run(["ip", "link", "add", "lxcbr0", "type", "bridge"]);
    const veth = ["lxc.net.0.type = veth", "lxc.net.0.link = lxcbr0", "lxc.net.0.flags = up"];
    const c1 = await lxc.create("c1", veth);
    const before = await read(host, c1.configFile);
    await expectRefused(host, variant, ["enable", c1.name, "simplenet"], "lxc.net.0: veth on lxcbr0");
    await expectRefused(host, variant, ["enable", "--keep", c1.name, "simplenet"], "simplenet:eth1");
    expect(await read(host, c1.configFile)).toBe(before);

    await lxcCni(host, variant, "enable", "--keep", c1.name, "simplenet:eth1");
    expect(await linksAfterStart(c1)).toEqual(["eth0", "eth1", "lo"]);
    await lxcCni(host, variant, "enable", c1.name, "simplenet:eth2");
    expect(await linksAfterStart(c1)).toEqual(["eth0", "eth2", "lo"]);
    await lxcCni(host, variant, "enable", "--replace", c1.name, "backnet");
    await lxcCni(host, variant, "enable", c1.name, "simplenet");
    expect(await linksAfterStart(c1)).toEqual(["eth0", "lo"]);
    expect(await host.run(["ip", "link", "show", "master", "lxcbr0"])).toBe("");
    await lxcCni(host, variant, "disable", c1.name);
    expect(await read(host, c1.configFile)).toBe(before);
  });

  test("refuses a container that runs, unless told, and then counts from its next start on", async ({
    host,
    lxc,
  }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", ["lxc.net.0.type = empty"]);
    await c1.start();
    await expectRefused(host, variant, ["enable", c1.name, "simplenet"], `container ${c1.name} runs`);
    await lxcCni(host, variant, "enable", "--running", c1.name, "simplenet");
    expect(await attempt(host, variant, ["enable", c1.name, "simplenet"]), "changes nothing").toMatchObject({
      status: 0,
      output: `${c1.name}: eth0 on simplenet, as before\n`,
      errors: "",
    });
    expect((await attempt(host, variant, ["status", c1.name])).output).toContain(
      "next  its next start attaches it to simplenet: this one began without lxc-cni",
    );
    await c1.reboot();
    expect(await c1.addresses()).toEqual([]);
    await c1.stop();
    await c1.start();
    expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
  });

  test("works in another LXC path, of which the name is long", async ({ host, lxc }) => {
    await writeNetworks(host);
    const path = `/var/lib/${"long-".repeat(20)}`;
    const c1 = await lxc.create("c1", [], { path });
    await expectRefused(host, variant, ["enable", c1.name, "simplenet"], "in /var/lib/lxc; there is none");
    await lxcCni(host, variant, "enable", "-P", `${path}/`, c1.name, "simplenet");
    await host.write("/etc/lxc/lxc.conf", `# of the host\nlxc.lxcpath = ${path}\n`);
    expect(await lxcCni(host, variant, "enable", c1.name, "simplenet")).toContain("as before");
    await c1.start();
    expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
    await expectRefused(host, variant, ["enable", "-P", path, c1.name, "backnet"], "runs");
  });

  test("takes a container that has failed to start for no running one, while LXC is not done with it", async ({
    host,
    lxc,
  }) => {
    await writeNetworks(host);
    const done = "/mnt/done";
    await host.run(["mkfifo", done]);
    await host.write("/mnt/wait", `#!/bin/sh\nread -r line < ${done}\n`, 0o755);
    const c1 = await lxc.create("c1", ["lxc.hook.stop = /mnt/wait"]);
    await lxcCni(host, variant, "enable", c1.name, "simplenet,ip=10.99.0.1");
    const start = await host.attempt(["lxc-start", "--name", c1.name]);
    expect(start.status).toBe(1);
    const enabling = lxcCni(host, variant, "enable", c1.name, "simplenet");
    await host.run(["tee", done], { input: "\n" });
    expect(await enabling).toBe(`${c1.name}: eth0 on simplenet`);
  });

  test("has LXC call it by a path that stays, or the one that is given", async ({ host, lxc }) => {
    await writeNetworks(host);
    await host.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"]);
    const own = `${variant.directory}/lxc-cni`;
    const c1 = await lxc.create("c1", []);
    const calledBy = async (...options: string[]) => {
      await lxcCni(host, variant, "enable", c1.name, "simplenet", ...options);
      return /lxc\.hook\.stop = (\S+) hook/.exec(await read(host, c1.configFile))?.[1];
    };
    expect(await calledBy()).toBe(own);
    await host.write("/usr/local/sbin/lxc-cni", "#!/bin/sh\n", 0o755);
    expect(await calledBy()).toBe(own);
    await host.run(["ln", "-sf", own, "/usr/local/sbin/lxc-cni"]);
    expect(await calledBy()).toBe("/usr/local/sbin/lxc-cni");
    await c1.start();
    expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
    await c1.stop();
    await host.run(["mkdir", "/mnt/a b'c"]);
    await host.run(["ln", "-s", own, "/mnt/a b'c/lxc-cni-2"]);
    await lxcCni(host, variant, "enable", c1.name, "simplenet", "--executable", "/mnt/a b'c/lxc-cni-2");
    await c1.start();
    expect(await c1.addresses()).toHaveLength(1);
    await host.run(["ln", "-s", own, "/mnt/other"]);
    await c1.stop();
    const other = ["enable", c1.name, "simplenet", "--executable", "/mnt/other"];
    await expectRefused(host, variant, other, "is not named lxc-cni");
    const missing = ["enable", c1.name, "simplenet", "--executable", "/mnt/missing"];
    await expectRefused(host, variant, missing, "there is no executable /mnt/missing");
  });

  test("edits a user's container for the user, in the user's own LXC path", async ({ host }) => {
    await writeNetworks(host);
    const config = "/mnt/home/.local/share/lxc/web/config";
    await host.write(config, "lxc.net.0.type = empty");
    await host.run(["chown", "-R", "4242:4242", "/mnt/home"]);
    const asUser = ["setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", "env", "HOME=/mnt/home"];
    // Where an ordinary user can run it, wherever this checkout is.
    await host.run(["cp", "-a", variant.directory, "/mnt/programs"]);
    const lxcCniAsUser = [...asUser, "/mnt/programs/lxc-cni"];
    await host.run([...lxcCniAsUser, "enable", "web", "simplenet"]);
    expect(await read(host, config)).toContain("hook simplenet\n# lxc-cni end\n");
    expect(await host.run(["stat", "-c", "%u:%g", config])).toBe("4242:4242");
    await host.run([...lxcCniAsUser, "disable", "web"]);
    expect(await host.run(["ls", "/mnt/home/.local/share/lxc/web"])).toBe("config");
    expect(await read(host, config)).toBe("lxc.net.0.type = empty");
  });

  test("warns of udhcpc, and takes it out when told", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    const script = `${c1.configFile.replace(/config$/, "rootfs")}/etc/init.d/rcS`;
    const before = await read(host, script);
    const mode = await host.run(["stat", "-c", "%a", script]);
    await host.run(["sh", "-c", `echo /bin/udhcpc >> ${script}`]);
    const { errors } = await attempt(host, variant, ["enable", c1.name, "simplenet"]);
    expect(errors).toContain(`sed -i /udhcpc/d ${script}`);
    await lxcCni(host, variant, "enable", "--fix-guest", c1.name, "simplenet");
    expect(await read(host, script)).toBe(before);
    expect(await host.run(["stat", "-c", "%a", script])).toBe(mode);
    expect((await attempt(host, variant, ["enable", c1.name, "simplenet"])).errors).toBe("");
  });

  test("does not follow a guest's link out of its root", async ({ host, lxc }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    const script = `${c1.configFile.replace(/config$/, "rootfs")}/etc/init.d/rcS`;
    await host.write("/etc/of-the-host", "/bin/udhcpc\n");
    await host.run(["ln", "-sf", "/etc/of-the-host", script]);
    await lxcCni(host, variant, "enable", "--fix-guest", c1.name, "simplenet");
    expect(await read(host, "/etc/of-the-host")).toBe("/bin/udhcpc\n");
    expect(await host.run(["readlink", script])).toBe("/etc/of-the-host");
  });

  test("changes nothing where a network is missing, or the file is not what it should be", async ({
    host,
    lxc,
  }) => {
    await writeNetworks(host);
    const c1 = await lxc.create("c1", []);
    const refused = async (text: string, words: readonly string[], problem: string) => {
      await host.run(["tee", c1.configFile], { input: text });
      await expectRefused(host, variant, ["enable", c1.name, ...words], problem);
      expect(await read(host, c1.configFile)).toBe(text);
    };
    await refused("lxc.uts.name = c1\n", ["missing"], 'no net configuration with name "missing"');
    await refused("lxc.hook.stop = lxc-cni hook simplenet\n", ["simplenet"], "a line of its own that calls");
    await refused("# lxc-cni begin\n", ["simplenet"], "line 1 has no end");
    await host.run(["sh", "-c", `printf 'lxc.uts.name = c\\374\\n' > ${c1.configFile}`]);
    await expectRefused(host, variant, ["enable", c1.name, "simplenet"], "no UTF-8");
    expect(await host.run(["wc", "-c", c1.configFile])).toMatch(/^18 /);

    await host.run(["tee", c1.configFile], { input: "lxc.include = /missing\n" });
    const { status, errors } = await attempt(host, variant, ["enable", c1.name, "simplenet"]);
    expect({ status, errors }).toEqual({
      status: 0,
      errors: expect.stringContaining("cannot include /missing"),
    });
    await lxcCni(host, variant, "disable", c1.name);
    expect(await read(host, c1.configFile)).toBe("lxc.include = /missing\n");
  });
});

async function linksAfterStart(container: LxcContainer): Promise<string[]> {
  await container.start();
  const links = await container.run(["ls", "/sys/class/net"]);
  await container.stop();
  return links.split(/\s+/).sort();
}

import { describe, expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import type { Host } from "../fixture/host.ts";
import { anyVariant, type Variant } from "../fixture/variants.ts";
import { describeEngines } from "../runtime/engines.ts";
import { type Lxc, type LxcContainer, test } from "./lxc.ts";
import { emptyNetwork, hookLines } from "./ways.ts";

const heading = "# Written by lxc-cni when the container started, and again at every start.";

/** What a container finds there by the networks of {@linkcode writeNetworks}, `simplenet` alone. */
const ofSimplenet = `${heading}\nnameserver 10.10.0.1\nsearch example.com\noptions ndots:2`;

/** Two networks that speak of DNS: by the file that host-local reads, and by the bridge's own key. */
async function writeNetworks(host: Host): Promise<void> {
  const resolvConf = "nameserver 10.10.0.1\nsearch example.com\noptions ndots:2\n";
  await host.write("/etc/lxc-cni/simplenet.resolv.conf", resolvConf);
  const simplenet = { ...recipe, ipam: { ...recipe.ipam, resolvConf: "/etc/lxc-cni/simplenet.resolv.conf" } };
  const backnet = {
    ...recipe,
    ...{ name: "backnet", bridge: "cnibr1", isDefaultGateway: false, ipMasq: false },
    ipam: { type: "host-local", subnet: "10.20.0.0/16" },
    dns: { nameservers: ["fd00::53", "10.10.0.1"], domain: "back.example", options: ["ndots:5", "rotate"] },
  };
  const silent = {
    ...recipe,
    name: "silent",
    bridge: "cnibr2",
    ipam: { type: "host-local", subnet: "10.30.0.0/16" },
  };
  for (const network of [simplenet, backnet, silent]) {
    await host.write(`/etc/lxc-cni/net.d/${network.name}.conf`, JSON.stringify(network));
  }
}

const rootfsOf = (container: LxcContainer) => `/var/lib/lxc/${container.name}/rootfs`;

/** What the container's hooks said, as LXC has it in its log; the times are left out. */
async function saidOf(host: Host, container: LxcContainer): Promise<string[]> {
  const lines = (await host.run(["cat", `/var/lib/lxc/${container.name}/log`])).split("\n");
  const said = lines.flatMap((line) => /produced output: (.*)$/.exec(line)?.[1] ?? []);
  return said.filter((line) => !/ took [\d.]+ ms/.test(line));
}

const noDns = "hook --no-dns leaves it alone";

/** A container on `simplenet`, beside a directory of the host that its files may lead to: `/mnt/outside`. */
async function createBesideHost(host: Host, lxc: Lxc, { directory, environment }: Variant) {
  await writeNetworks(host);
  const hooks = hookLines(`${directory}/lxc-cni hook simplenet`);
  const c1 = await lxc.create("c1", [...emptyNetwork, ...hooks], { env: environment });
  const rootfs = rootfsOf(c1);
  const outside = async () => [
    await host.run(["find", "/mnt/outside", "-printf", "%P %s %m %u %T@\n"]),
    await host.run(["cat", "/mnt/outside/resolv.conf"]),
  ];
  await host.write("/mnt/outside/resolv.conf", "untouched\n", 0o600);
  await host.run(["cp", "-a", `${rootfs}/etc`, "/mnt/etc-before"]);
  const before = await outside();
  return {
    c1,
    /** Starts it without its /etc, but with what a script makes in its root. */
    startWith: async (script: string) => {
      await host.run(["sh", "-c", `cd ${rootfs}; rm -rf etc; ${script}`]);
      await c1.start();
    },
    expectUntouched: async (what: string) => expect(await outside(), what).toEqual(before),
  };
}

describeEngines("the resolver of a container", (variant) => {
  const hook = `${variant.directory}/lxc-cni hook`;
  const env = variant.environment;

  test("is told what all of its networks say, and lo is up", async ({ host, lxc }) => {
    await writeNetworks(host);
    const lines = ["lxc.net.0.type = empty", ...hookLines(`${hook} simplenet backnet`)];
    const c1 = await lxc.create("c1", lines, { env });
    await host.run([
      "sh",
      "-c",
      `ln -s ../run/systemd/resolve/stub-resolv.conf ${rootfsOf(c1)}/etc/resolv.conf`,
    ]);
    await c1.start();
    expect(await c1.run(["cat", "/etc/resolv.conf"])).toBe(
      [
        heading,
        ...["nameserver 10.10.0.1", "nameserver fd00::53"],
        ...["search example.com back.example", "options ndots:2 rotate"],
      ].join("\n"),
    );
    expect(await c1.run(["stat", "-c", "%F %a %u:%g", "/etc/resolv.conf"])).toBe("regular file 644 0:0");
    expect(await c1.run(["ls", "-A", "/etc"])).not.toContain(".lxc-cni-");
    expect(await c1.run(["ip", "link", "show", "lo"])).toContain("<LOOPBACK,UP,LOWER_UP>");
    await c1.run(["ping", "-c", "1", "127.0.0.1"]);
    expect(await saidOf(host, c1)).toEqual([]);

    // The same again is left alone, and what somebody else wrote is not.
    const inode = await host.run(["stat", "-c", "%i", `${rootfsOf(c1)}/etc/resolv.conf`]);
    await c1.reboot();
    expect(await host.run(["stat", "-c", "%i", `${rootfsOf(c1)}/etc/resolv.conf`])).toBe(inode);
    await c1.run(["sh", "-c", "echo nameserver 10.9.9.9 > /etc/resolv.conf"]);
    await c1.reboot();
    expect(await c1.run(["cat", "/etc/resolv.conf"])).toContain("nameserver fd00::53");
  });

  test("is told what the networks of several hook lines say", async ({ host, lxc }) => {
    await writeNetworks(host);
    const each = [...hookLines(`${hook} simplenet`), ...hookLines(`${hook} backnet:eth1`)];
    const c1 = await lxc.create("c1", [...emptyNetwork, ...each], { env });
    await c1.start();
    expect(await c1.run(["cat", "/etc/resolv.conf"])).toContain(
      "nameserver 10.10.0.1\nnameserver fd00::53\nsearch example.com back.example\n",
    );
  });

  test("is left alone where no network speaks of it, and where the hook is told to", async ({
    host,
    lxc,
  }) => {
    await writeNetworks(host);
    for (const words of ["silent", "--no-dns simplenet"]) {
      const c1 = await lxc.create(
        words.length.toString(),
        [...emptyNetwork, ...hookLines(`${hook} ${words}`)],
        { env },
      );
      await host.write(`${rootfsOf(c1)}/etc/resolv.conf`, "nameserver 10.9.9.9\n");
      await c1.start();
      expect(await c1.run(["cat", "/etc/resolv.conf"])).toBe("nameserver 10.9.9.9");
    }
  });

  test("is told nothing by anything but itself: what is in the way is of no use to reach the host", async ({
    host,
    lxc,
  }) => {
    const { c1, startWith, expectUntouched } = await createBesideHost(host, lxc, variant);
    const up = "../".repeat(12);
    const written: Record<string, string> = {
      "an absolute link": "ln -s /mnt/outside/resolv.conf etc/resolv.conf",
      "a relative link": `ln -s ${up}mnt/outside/resolv.conf etc/resolv.conf`,
      "a link by /proc": "ln -s /proc/1/root/mnt/outside/resolv.conf etc/resolv.conf",
      "a link to a link": "ln -s passwd- etc/resolv.conf; ln -s /mnt/outside/resolv.conf etc/passwd-",
      "a link into the void": "ln -s /mnt/outside/new etc/resolv.conf",
      "a link to itself": "ln -s resolv.conf etc/resolv.conf",
      "a FIFO": "mkfifo etc/resolv.conf",
      "a device": "mknod etc/resolv.conf c 1 5",
      "a hard link": "echo inside > shared; ln shared etc/resolv.conf",
    };
    const rootfs = rootfsOf(c1);
    for (const [what, script] of Object.entries(written)) {
      await startWith(`cp -a /mnt/etc-before etc; ${script}`);
      expect(await c1.run(["cat", "/etc/resolv.conf"]), what).toBe(ofSimplenet);
      expect(await host.run(["stat", "-c", "%F", `${rootfs}/etc/resolv.conf`]), what).toBe("regular file");
      await expectUntouched(what);
      await c1.stop();
    }
    expect(await host.run(["cat", `${rootfs}/shared`])).toBe("inside");
    expect(await saidOf(host, c1)).toEqual([]);
  });

  test("is told nothing where its file cannot be one, which is said, and the container starts", async ({
    host,
    lxc,
  }) => {
    const { c1, startWith, expectUntouched } = await createBesideHost(host, lxc, variant);
    const up = "../".repeat(12);
    const noDirectory =
      "the container's /etc is no directory, but perhaps a symbolic link (make it a directory, or: ";
    const reported: Record<string, readonly [script: string, said: string]> = {
      "/etc a link to the host": ["ln -s /mnt/outside etc", noDirectory],
      "/etc a link out of the root": [`ln -s ${up}mnt/outside etc`, noDirectory],
      "/etc a file": ["echo > etc", noDirectory],
      "/etc missing": [":", "the container has no /etc (make that directory, or: "],
      "a directory": [
        "cp -a /mnt/etc-before etc; mkdir etc/resolv.conf",
        "it is a directory (remove it, or: ",
      ],
    };
    for (const [what, [script, said]] of Object.entries(reported)) {
      await startWith(`${script}; truncate -s 0 ../log`);
      expect(await saidOf(host, c1), what).toEqual([
        `lxc-cni: /etc/resolv.conf of the container: not written: ${said}${noDns})`,
      ]);
      await expectUntouched(what);
      await c1.stop();
    }
  });

  test("is told nothing but what it knows, whatever a plugin answers", async ({ host, lxc }) => {
    const dns = {
      nameservers: ["10.9.9.9\nnameserver 6.6.6.6", "10.9.9.9", "\u001b[31mred", "fe80::1%eth0 x"],
      search: ["a.example", "b.example\0", "c.example; d"],
      domain: "x\ry",
      options: ["ndots:2\noptions debug", "edns0"],
    };
    const answer = JSON.stringify({ cniVersion: "1.0.0", dns });
    await host.write(
      "/mnt/plugins/hostile",
      `#!/bin/sh\ncat > /dev/null\ncat <<'END'\n${answer}\nEND\n`,
      0o755,
    );
    const network = { cniVersion: "1.0.0", name: "hostile", plugins: [{ type: "hostile" }] };
    await host.write("/etc/lxc-cni/net.d/hostile.conflist", JSON.stringify(network));
    const lines = [...emptyNetwork, ...hookLines(`${hook} --cni-path /mnt/plugins hostile`)];
    const c1 = await lxc.create("c1", lines, { env });
    await c1.start();
    expect(await c1.run(["cat", "/etc/resolv.conf"])).toBe(
      `${heading}\nnameserver 10.9.9.9\nsearch a.example\noptions edns0`,
    );
    expect(await saidOf(host, c1)).toEqual([
      [
        "lxc-cni: /etc/resolv.conf of the container: left out:",
        ' nameserver "10.9.9.9\\nnameserver 6.6.6.6", since it is none;',
        ' nameserver "\\u001b[31mred", since it is none;',
        ' nameserver "fe80::1%eth0 x", since it is none; and 3 more',
        ` (${noDns})`,
      ].join(""),
    ]);
  });

  test("is told by a file of the container's root, where ids are mapped", async ({ host, lxc }) => {
    await writeNetworks(host);
    for (const file of ["/etc/subuid", "/etc/subgid"]) await host.write(file, "root:100000:65536\n");
    await host.run(["mkdir", "-p", "/var/lib/lxc"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib/lxc"]);
    const lines = [...emptyNetwork, ...hookLines(`${hook} simplenet`)];
    const mapped = [...lines, "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"];
    const shifted = await lxc.create("shifted", mapped, { env });
    await host.run(["chown", "-R", "100000:100000", rootfsOf(shifted)]);
    const byMount = await lxc.create("by-mount", [...mapped, "lxc.rootfs.options = idmap=container"], {
      env,
    });
    for (const [container, owner] of [
      [shifted, "100000:100000"],
      [byMount, "0:0"],
    ] as const) {
      await host.run(["chmod", "755", `/var/lib/lxc/${container.name}`]);
      await container.start();
      expect(await saidOf(host, container)).toEqual([]);
      expect(await container.run(["cat", "/etc/resolv.conf"])).toBe(ofSimplenet);
      expect(await container.run(["stat", "-c", "%u:%g %a", "/etc/resolv.conf"])).toBe("0:0 644");
      expect(await host.run(["stat", "-c", "%u:%g", `${rootfsOf(container)}/etc/resolv.conf`])).toBe(owner);
    }
  });
});

/** What has to do with LXC alone. */
describe("the resolver of a container that", () => {
  const variant = anyVariant();
  const hook = `${variant?.directory}/lxc-cni hook`;

  test("has a root that is read-only is reported, and the container starts", async ({ host, lxc }) => {
    await writeNetworks(host);
    const lines = [...emptyNetwork, "lxc.rootfs.options = ro", ...hookLines(`${hook} simplenet`)];
    const c1 = await lxc.create("c1", lines);
    await host.write(`${rootfsOf(c1)}/etc/resolv.conf`, "nameserver 10.9.9.9\n");
    await c1.start();
    expect(await c1.run(["cat", "/etc/resolv.conf"])).toBe("nameserver 10.9.9.9");
    expect(await saidOf(host, c1)).toEqual([
      expect.stringContaining("not written: the container's root is read-only"),
    ]);

    // A file that says so already is as good as written.
    await c1.stop();
    await host.write(`${rootfsOf(c1)}/etc/resolv.conf`, `${ofSimplenet}\n`);
    await host.run(["truncate", "-s", "0", `/var/lib/lxc/${c1.name}/log`]);
    await c1.start();
    expect(await saidOf(host, c1)).toEqual([]);
  });

  test("has a file of the host mounted there is left alone, and the mount stays", async ({ host, lxc }) => {
    await writeNetworks(host);
    await host.write("/mnt/mounted", "nameserver 10.9.9.9\n");
    const mount = "lxc.mount.entry = /mnt/mounted etc/resolv.conf none bind,create=file";
    const c1 = await lxc.create("c1", [...emptyNetwork, mount, ...hookLines(`${hook} simplenet`)]);
    await c1.start();
    expect(await c1.run(["cat", "/etc/resolv.conf"])).toBe("nameserver 10.9.9.9");
    expect(await c1.run(["grep", "-c", "/etc/resolv.conf", "/proc/self/mountinfo"])).toBe("1");
    expect(await host.run(["cat", "/mnt/mounted"])).toBe("nameserver 10.9.9.9");
    expect(await saidOf(host, c1)).toEqual([
      expect.stringContaining("not written: something is mounted there"),
    ]);
  });

  test("has the host's files is the host's, and not touched", async ({ host, lxc }) => {
    await writeNetworks(host);
    await host.write("/etc/resolv.conf", "nameserver 10.9.9.9\n");
    const before = await host.run(["stat", "-c", "%i %Y %Z", "/etc/resolv.conf"]);
    const lines = [...emptyNetwork, ...hookLines(`${hook} simplenet`)];

    await host.run(["mkdir", "-p", "/var/lib/lxc"]);
    await host.write("/etc/lxc/app.conf", `${[...lines, "lxc.console.path = none"].join("\n")}\n`);
    const name = `lxccnitest-${host.pid}-app`;
    const application = ["lxc-execute", "--name", name, "--rcfile", "/etc/lxc/app.conf", "--"];
    expect(await host.run([...application, "ip", "-4", "-o", "address", "show", "eth0"])).toContain(
      "10.10.0.",
    );
    expect(await host.run(["stat", "-c", "%i %Y %Z", "/etc/resolv.conf"])).toBe(before);

    const c1 = await lxc.create("c1", [...lines, "lxc.mount.entry = /etc etc none bind"]);
    await c1.start();
    expect(await c1.run(["cat", "/etc/resolv.conf"])).toBe("nameserver 10.9.9.9");
    expect(await host.run(["stat", "-c", "%i %Y %Z", "/etc/resolv.conf"])).toBe(before);
    expect(await saidOf(host, c1)).toEqual([]);
  });
});

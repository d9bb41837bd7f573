import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { type Container, makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Configuration, networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";
import { openPage } from "./page.ts";

const formats = openPage("formats.md");

const networkFile = "/etc/lxc-cni/net.d/10-simplenet.conf";
const cacheFile = "/var/lib/cni/results/simplenet-web-qkwznmfy-eth0";
const recordFile = "/var/lib/lxc-cni/incarnations/web-qkwznmfy.json";

/** The network of the examples, and what is kept of a container on it. */
const [source = ""] = formats.block(`json ${networkFile}`);
const [cached = ""] = formats.block(`json ${cacheFile}`);
const [record = ""] = formats.block(`json ${recordFile}`);
const configuration: Configuration = JSON.parse(source);
const port = formats.rows("Port names")[0]?.[3] ?? "";
const alias = formats.rows("Port aliases")[0]?.[3] ?? "";

describeVariants("what ADD writes is what docs/formats.md says", (variant) => {
  test("leases and rules of both families, the port, the bridge", async ({ host }) => {
    const web = await host.container("web-qkwznmfy");
    succeeded(await networkOn(host, variant, configuration).add(web));
    const directory = "/var/lib/cni/networks/simplenet";
    const files = await host.run(["find", directory, "-type", "f", "-printf", "%p %m\n"]);
    const documented = formats.rows("Leases");
    expect(files.split("\n").sort()).toEqual(documented.map(([file, mode]) => `${file} ${mode}`).sort());
    for (const [file = "", , content = ""] of documented) {
      expect(await host.attempt(["cat", file])).toMatchObject({ output: JSON.parse(content) });
    }
    expect(await rulesOf(host, "iptables")).toEqual(formats.block("iptables"));
    expect(await rulesOf(host, "ip6tables")).toEqual(formats.block("ip6tables"));
    expect(await host.run(["cat", `/sys/class/net/${port}/ifalias`])).toBe(alias);
    expect(formats.section("Bridge alias")).toContain(
      `\`${await host.run(["cat", "/sys/class/net/cnibr0/ifalias"])}\``,
    );
  });

  test("what a hook keeps of a container", async ({ host }) => {
    await host.write(networkFile, source);
    const web = await makeContainerOfProcess(host, "web");
    await runHook(host, variant, "start-host", pidOf(web));
    expect(await read(host, cacheFile)).toBe(`600 ${await withRealValues(host, web, cached)}`);
    expect(await read(host, recordFile)).toBe(`600 ${await withRealValues(host, web, record)}\n`);
  });

  test("what bridge records of an attachment", async ({ host }) => {
    const web = await host.container("web-qkwznmfy");
    succeeded(await networkOn(host, variant, configuration).add(web));
    const file = `/run/lxc-cni/attachments/${port}`;
    const mac = await host.run(["cat", `/sys/class/net/${port}/address`]);
    const [example = ""] = formats.block(`json ${file}`);
    expect(await read(host, file)).toBe(`600 ${example.replace("02:00:00:00:00:02", mac)}`);
  });

  test("what bridge records of rules in nftables", async ({ host }) => {
    const web = await host.container("web-qkwznmfy");
    const inNftables = { ...configuration, ipMasqBackend: "nftables" };
    succeeded(await networkOn(host, variant, inNftables).add(web));
    const file = `/run/lxc-cni/attachments/${port}`;
    const mac = await host.run(["cat", `/sys/class/net/${port}/address`]);
    const listed = await host.run([
      "nft",
      "-a",
      "list",
      "chain",
      "inet",
      "cni_plugins_masquerade",
      "masq_checks",
    ]);
    const handles = [...listed.matchAll(/ masquerade .*# handle (\d+)$/gm)].map(([, handle]) =>
      Number(handle),
    );
    const [, example = ""] = formats.block(`json ${file}`);
    const expected = { ...JSON.parse(example), mac, handles };
    // Only the kernel itself tells the numbers of rules.
    if (!variant.name.includes("netlink")) delete expected.handles;
    expect(await read(host, file)).toBe(`600 ${JSON.stringify(expected)}`);
    expect(handles).toHaveLength(2);
  });

  test("the locks", async ({ host }) => {
    await host.write(networkFile, source);
    const web = await makeContainerOfProcess(host, "web");
    await runHook(host, variant, "start-host", pidOf(web));
    succeeded(await networkOn(host, variant, configuration).add(await host.container("c1")));
    await host.run([`${variant.directory}/lxc-cni`, "network", "create", "backnet"], {
      env: { ...variant.environment },
    });
    const locks = await host.run(["find", "/run/lxc-cni/locks", "-type", "f", "-printf", "%p\n"]);
    expect(locks.split("\n").sort()).toEqual(
      formats
        .rows("Locks")
        .map(([, , path]) => path)
        .sort(),
    );
  });
});

describeVariants("what docs/formats.md says is what DEL removes", (variant) => {
  test("after a stop of the recorded run, with no network configured any more", async ({ host }) => {
    const before = await snapshot(host);
    await install(host, { alias });
    await runHook(host, variant, "stop", "4711");
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("also the port of an ADD that was ended before it could set the alias", async ({ host }) => {
    const before = await snapshot(host);
    await install(host, { alias: "" });
    await runHook(host, variant, "stop", "4711");
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("but not by a late stop, while the recorded run goes on", async ({ host }) => {
    await install(host, { alias });
    const bootId = await host.run(["cat", "/proc/sys/kernel/random/boot_id"]);
    const running = { pid: 1, startTime: startTimeIn(await host.run(["cat", "/proc/1/stat"])), bootId };
    await host.write(recordFile, JSON.stringify({ ...JSON.parse(record ?? ""), process: running }), 0o600);
    const before = await snapshot(host);
    await runHook(host, variant, "post-stop", "4711");
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("nor somebody else's port of that name", async ({ host }) => {
    await install(host, { alias: "lxc-cni simplenet other eth0" });
    await runHook(host, variant, "stop", "4711");
    expect(await host.run(["ls", "/sys/class/net"])).toContain(port);
  });
});

/** Puts on a host what the page says that an attached container has there. */
async function install(host: Host, options: { readonly alias: string }): Promise<void> {
  for (const [file = "", mode = "", content = ""] of formats.rows("Leases")) {
    await host.write(file, JSON.parse(content), Number.parseInt(mode, 8));
  }
  await host.write("/var/lib/cni/networks/simplenet/.lxc-cni-0123456789abcdef", "other\r\neth0", 0o600);
  await host.write(cacheFile, cached, 0o600);
  await host.write(recordFile, `${record}\n`, 0o600);
  for (const family of ["iptables", "ip6tables"]) {
    const rules = formats.block(family);
    const chain = rules[0]?.split(" ").at(-1);
    const input = ["*nat", `-N ${chain}`, ...rules, "COMMIT", ""].join("\n");
    await host.run([`${family}-restore`, "--noflush"], { input });
  }
  await host.run(["ip", "link", "add", port, "type", "veth", "peer", "name", "peer0"]);
  await host.run(["ip", "link", "set", port, "alias", options.alias]);
}

/** Runs a hook as LXC does, for the container `web` of /var/lib/lxc. */
async function runHook(host: Host, variant: Variant, type: string, pid: string): Promise<void> {
  const env = {
    ...variant.environment,
    LXC_NAME: "web",
    LXC_CONFIG_FILE: "/var/lib/lxc/web/config",
    LXC_HOOK_TYPE: type,
    LXC_PID: pid,
  };
  await host.run([`${variant.directory}/lxc-cni`, "hook", "simplenet"], { env });
}

/** An example of the page, with the values of a real container where the page has made-up ones. */
async function withRealValues(host: Host, container: Container, example: string): Promise<string> {
  const macs = await Promise.all([
    host.run(["cat", "/sys/class/net/cnibr0/address"]),
    host.run(["cat", `/sys/class/net/${port}/address`]),
  ]);
  const stat = await host.run(["cat", `/proc/${pidOf(container)}/stat`]);
  const bootId = await host.run(["cat", "/proc/sys/kernel/random/boot_id"]);
  return example
    .replaceAll("4711", pidOf(container))
    .replace(/02:00:00:00:00:0([12])/g, (_, which) => macs[which - 1] ?? "")
    .replace('"123456"', `"${startTimeIn(stat)}"`)
    .replace(/"bootId":"[^"]*"/, `"bootId":"${bootId}"`);
}

/** Field 22 of /proc/PID/stat; the second one, the name, may hold blanks. */
function startTimeIn(stat: string): string {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function pidOf({ netns }: Container): string {
  return netns.split("/")[2] ?? "";
}

/** The mode and the content of a file, to its last byte. */
async function read(host: Host, path: string): Promise<string> {
  const mode = await host.run(["stat", "--format=%a", path]);
  return `${mode} ${(await host.attempt(["cat", path])).output}`;
}

async function rulesOf(host: Host, command: string): Promise<string[]> {
  const rules = await host.run([command, "-t", "nat", "-S"]);
  return rules.split("\n").filter((rule) => rule.startsWith("-A "));
}

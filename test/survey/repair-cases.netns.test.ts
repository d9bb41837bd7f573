import { expect } from "vitest";
import { goPlugins } from "../fixture/go-plugins.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { anyVariant } from "../fixture/variants.ts";
import {
  describeNative,
  lxcCni,
  portOf,
  type RunningContainer,
  simplenet,
  startContainer,
  writeNetwork,
} from "./containers.ts";

describeNative("lxc-cni repair", (variant) => {
  test("has connections outlive a bridge that is deleted", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    const db = await startContainer(host, variant, "db");
    await talk(host, web, db);
    await says(host, "before");
    await host.run(["ip", "link", "delete", "cnibr0"]);
    expect(await lxcCni(host, variant, "repair")).toMatchObject({ status: 0 });
    await says(host, "after");
  });

  test("has a bridge that another container's start made anew lead to all of them", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    await web.run(["ping", "-c", "1", "10.10.0.1"]);
    await host.run(["ip", "link", "delete", "cnibr0"]);
    const db = await startContainer(host, variant, "db");
    expect((await lxcCni(host, variant, "check")).output).toContain("is no port of bridge cnibr0");
    expect(await lxcCni(host, variant, "repair")).toMatchObject({ status: 0 });
    expect(await lxcCni(host, variant, "check")).toMatchObject({ status: 0 });
    // The bridge has another MAC than the one that web knows its gateway by.
    await web.run(["ping", "-c", "1", "-W", "1", "10.10.0.1"]);
    await web.run(["ping", "-c", "1", "-W", "1", "10.10.0.3"]);
    for (const each of [web, db]) {
      await each.crash();
      expect(await each.hook("stop")).toMatchObject({ status: 0 });
    }
    expect(await host.run(["sh", "-c", "iptables-save | grep -c CNI || true"])).toBe("0");
  });

  test("makes rules that a whole network shares, which were noted as made", async ({ host }) => {
    await writeNetwork(host, {
      ...simplenet,
      cniVersion: "0.3.1",
      ipMasqScope: "network",
      forward: "accept",
    });
    const web = await startContainer(host, variant, "web");
    const db = await startContainer(host, variant, "db");
    const rules = () => host.run(["sh", "-c", "iptables-save | grep -v '^#\\|^:' | sort"]);
    const before = await rules();
    expect(before).toContain("MASQUERADE");
    await host.run(["sh", "-c", "for t in nat filter; do iptables -t $t -F; iptables -t $t -X; done"]);
    expect(await rules()).not.toContain("MASQUERADE");
    const repaired = await lxcCni(host, variant, "repair");
    expect(repaired).toMatchObject({
      status: 0,
      output: expect.stringContaining("add the rules of network"),
    });
    expect(await rules()).toBe(before);
    expect((await lxcCni(host, variant, "repair")).output).toContain("nothing to repair");
    for (const each of [web, db]) {
      await each.crash();
      await each.hook("stop");
    }
    expect(await rules()).not.toContain("MASQUERADE");
  });

  test("leaves what was recorded of rules that it does not touch", async ({ host }) => {
    await writeNetwork(host, { ...simplenet, ipMasqBackend: "nftables" });
    const web = await startContainer(host, variant, "web");
    const port = await portOf(host);
    const recorded = () => host.run(["cat", `/run/lxc-cni/attachments/${port}`]);
    const before = await recorded();
    await host.run(["ip", "link", "set", "dev", port, "down"]);
    expect(await lxcCni(host, variant, "repair")).toMatchObject({ status: 0 });
    expect(await recorded()).toBe(before);
    await web.crash();
  });

  test("says what it cannot mend, and leaves it", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    const lease = "/var/lib/cni/networks/simplenet/10.10.0.2";
    await host.write(lease, "other\r\neth0", 0o600);
    const taken = await lxcCni(host, variant, "repair");
    expect(taken).toMatchObject({ status: 1, output: expect.stringContaining("somebody else has it") });
    expect(await host.run(["cat", lease])).toContain("other");
    await host.write(lease, "web-qkwznmfy\r\neth0", 0o600);
    await web.run(["sh", "-c", "ip link set eth0 down && ip link set eth0 name lan0"]);
    expect(await lxcCni(host, variant, "repair")).toMatchObject({
      status: 1,
      output: expect.stringMatching(/the host's end of it, veth\w+, is there/),
    });
    await web.run(["ip", "link", "add", "eth0", "type", "bridge"]);
    expect(await lxcCni(host, variant, "repair")).toMatchObject({
      status: 1,
      output: expect.stringContaining("eth0 in the container is not the one that ADD made"),
    });
    expect(await web.run(["ip", "link", "show", "lan0"])).toContain("lan0");
    await host.run(["rm", "-r", "/var/lib/cni/results"]);
    expect(await lxcCni(host, variant, "check")).toMatchObject({
      status: 1,
      output: expect.stringContaining("nothing is known of what ADD made"),
    });
    expect(await lxcCni(host, variant, "repair", "nobody")).toMatchObject({
      status: 1,
      errors: expect.stringContaining("container nobody is not attached to any network"),
    });
  });
});

test("lxc-cni repair has portmap of the Go plugins make its rules again", async ({ host, skip }) => {
  const variant = anyVariant();
  const go = await goPlugins("1.9.1");
  if (go.missing !== undefined || variant === undefined) return skip(go.missing ?? "nothing is built");
  const { cniVersion, name, ...bridge } = simplenet;
  const portmap = {
    type: "portmap",
    runtimeConfig: { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }] },
  };
  await writeNetwork(host, { cniVersion, name, plugins: [bridge, portmap] });
  const web = await startContainer(host, variant, "web", ["--cni-path", go.directory, "simplenet"]);
  const rules = () => host.run(["sh", "-c", "iptables-save -t nat | grep -c 'dport 8080' || true"]);
  const before = await rules();
  expect(Number(before)).toBeGreaterThan(0);
  await host.run(["sh", "-c", "iptables -t nat -F && iptables -t nat -X"]);
  const repaired = await lxcCni(host, variant, "repair", "--cni-path", go.directory);
  expect(repaired).toMatchObject({
    status: 0,
    output: expect.stringContaining("have portmap make its rules again"),
  });
  expect(await rules()).toBe(before);
  expect(await lxcCni(host, variant, "check", "--cni-path", go.directory)).toMatchObject({ status: 0 });
  await web.crash();
});

test("lxc-cni repair plugs in what the Go plugin attached", async ({ host, skip }) => {
  const variant = anyVariant();
  const go = await goPlugins("1.9.1");
  if (go.missing !== undefined || variant === undefined) return skip(go.missing ?? "nothing is built");
  await writeNetwork(host, simplenet);
  // Where the directory of lxc-cni has no plugins, they are those of --cni-path.
  await host.run(["sh", "-c", `mkdir /run/alone && cp ${variant.directory}/lxc-cni /run/alone`]);
  const alone = { ...variant, directory: "/run/alone" };
  const web = await startContainer(host, alone, "web", ["--cni-path", go.directory, "simplenet"]);
  const veth = await portOf(host);
  await host.run([
    "sh",
    "-c",
    "iptables -t nat -F && iptables -t nat -X && ip6tables -t nat -F && ip6tables -t nat -X",
  ]);
  await host.run(["ip", "link", "delete", "cnibr0"]);
  const repaired = await lxcCni(host, variant, "repair");
  expect(repaired).toMatchObject({ status: 0, output: expect.stringContaining(`plug "${veth}"`) });
  expect(await lxcCni(host, variant, "check")).toMatchObject({ status: 0 });
  await web.run(["ping", "-c", "1", "10.10.0.1"]);
  await web.crash();
});

/** Has web talk to db over one connection, what is written to a pipe, and db write it into a file. */
async function talk(host: Host, web: RunningContainer, db: RunningContainer): Promise<void> {
  const server = `require("net").createServer((s) => s.pipe(require("fs").createWriteStream("/run/heard"))).listen(7)`;
  const client = `process.stdin.pipe(require("net").connect(7, "10.10.0.3")).on("error", () => process.exit(1))`;
  const aside = (container: RunningContainer, script: string, input: string) =>
    container.run(["sh", "-c", `${process.execPath} -e '${script}' ${input} > /dev/null 2>&1 &`]);
  await host.run(["mkfifo", "/run/said"]);
  await host.run(["sh", "-c", "sleep 60 <> /run/said > /dev/null 2>&1 &"]);
  await aside(db, server, "< /dev/null");
  await expect.poll(() => db.run(["ss", "-Hltn"])).toContain(":7");
  await aside(web, client, "< /run/said");
}

async function says(host: Host, word: string): Promise<void> {
  await host.run(["sh", "-c", `echo ${word} > /run/said`]);
  const heard = async () => (await host.attempt(["cat", "/run/heard"])).output;
  await expect.poll(heard).toContain(word);
}

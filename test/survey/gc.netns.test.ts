import { expect } from "vitest";
import { containerIdOf, containerIdOfUser } from "../../lxc/container/id.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { test } from "../fixture/test.ts";
import { describeNative, json, lxcCni, simplenet, startContainer, writeNetwork } from "./containers.ts";

const incarnations = "/var/lib/lxc-cni/incarnations";
const leases = "/var/lib/cni/networks/simplenet";
const results = "/var/lib/cni/results";
const nothing = { status: 0, output: "nothing to remove\n", errors: "" };

describeNative("lxc-cni gc", (variant) => {
  test("removes what a container that was killed left, when it is older than a minute", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const db = await startContainer(host, variant, "db");
    const web = await startContainer(host, variant, "web");
    expect(await lxcCni(host, variant, "gc")).toMatchObject(nothing);
    await web.crash();
    expect(await lxcCni(host, variant, "gc"), "younger than a minute").toMatchObject(nothing);
    await age(host, incarnations);
    const line = "10.10.0.3, fd00:10:10::3, result";
    const before = await stateOf(host);
    expect(await lxcCni(host, variant, "gc", "--dry-run")).toMatchObject({
      status: 0,
      output: `web eth0 on simplenet: would remove ${line}\n`,
    });
    expect(await stateOf(host)).toBe(before);
    expect(await lxcCni(host, variant, "gc")).toMatchObject({
      status: 0,
      output: `web eth0 on simplenet: removed ${line}\n`,
      errors: "",
    });
    expect(await stateOf(host)).not.toContain("web");
    expect(await stateOf(host)).toContain("db-");
    expect(await lxcCni(host, variant, "check")).toMatchObject({ status: 0 });
    expect(await lxcCni(host, variant, "gc")).toMatchObject(nothing);
    await db.crash();
    await db.hook("stop");
    expect(await stateOf(host)).toBe("");
  });

  test("removes files that a killed call had begun to write, when they are older than a minute", async ({
    host,
  }) => {
    await writeNetwork(host, simplenet);
    await startContainer(host, variant, "web");
    const arrivals = "/var/lib/lxc-cni/arrivals";
    const held = "/var/lib/lxc-cni/held/simplenet";
    const begun = [results, incarnations, arrivals, held].map((directory) => `${directory}/.lxc-cni-00`);
    const said = (what: string) => ({
      status: 0,
      output: begun.map((path) => `${path}: ${what} this file, which a killed call had begun\n`).join(""),
      errors: "",
    });
    for (const path of begun) await host.write(path, "{");
    expect(await lxcCni(host, variant, "gc"), "younger than a minute").toMatchObject(nothing);
    for (const path of begun) await host.run(["touch", "--date", "2 minutes ago", path]);
    expect(await lxcCni(host, variant, "gc", "--dry-run")).toMatchObject(said("would remove"));
    const asJson = await lxcCni(host, variant, "gc", "--dry-run", "--json");
    expect(JSON.parse(asJson.output)).toEqual({ attachments: [], files: begun, failures: [] });
    expect(await lxcCni(host, variant, "gc")).toMatchObject(said("removed"));
    expect(await lxcCni(host, variant, "gc")).toMatchObject(nothing);
    expect(await lxcCni(host, variant, "ls")).toMatchObject({ status: 0, errors: "" });
  });

  test("removes what an earlier boot left at once, whatever the clock says", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    await web.crash();
    const path = `${incarnations}/web-qkwznmfy.json`;
    const record = JSON.parse(await host.run(["cat", path]));
    record.process.bootId = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    await host.write(path, JSON.stringify(record));
    await host.run(["touch", "--date", "next year", path]);
    await host.run(["sh", "-c", "ip link delete cnibr0; iptables -t nat -F; rm -r /run/lxc-cni"]);
    expect((await lxcCni(host, variant, "gc")).output).toContain("web eth0 on simplenet: removed 10.10.0.2");
    expect(await stateOf(host)).toBe("");
  });

  test("leaves a container alone that a hook is working on, or that has been started again", async ({
    host,
  }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    await web.crash();
    await age(host, incarnations);
    const locked = await host
      .run(
        [...["flock", "/run/lxc-cni/locks/container-mfy", `${variant.directory}/lxc-cni`, "gc", "--json"]],
        { env: variant.environment },
      )
      .catch((error: Error) => error.message);
    expect(locked).toContain("a hook is just working on the container");
    const again = await startContainer(host, variant, "web");
    await age(host, incarnations);
    expect(await lxcCni(host, variant, "gc")).toMatchObject(nothing);
    expect(await lxcCni(host, variant, "check")).toMatchObject({ status: 0 });
    await again.crash();
  });

  test("finds by their ids what no record tells of, unless it is too young", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    const db = await startContainer(host, variant, "db");
    const live = await startContainer(host, variant, "live");
    await web.crash();
    await db.crash();
    await host.run(["rm", "-r", incarnations]);
    await host.run(["sh", "-c", `rm ${results}/simplenet-db-*`]);
    expect(await lxcCni(host, variant, "gc")).toMatchObject(nothing);
    await age(host, leases, results);
    const { attachments } = await json(host, variant, "gc");
    expect(attachments.map((each: { container: string }) => each.container)).toEqual([
      "web-qkwznmfy",
      expect.stringMatching(/^db-/),
    ]);
    // It has a port, so somebody lives there.
    expect(await stateOf(host)).toMatch(/live-/);
    expect(await stateOf(host)).not.toMatch(/web-|db-/);
    await live.run(["ping", "-c", "1", "10.10.0.1"]);
  });

  test("leaves what is, or may be, another runtime's, on a network that is shared", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    // Podman-like: an id of its own, a namespace by name, an entry in the cache.
    const pod = await host.container("0f3a9b");
    const added = await networkOn(host, variant, simplenet).add(pod);
    expect(added).toMatchObject({ status: 0 });
    // By hand: nothing but a lease, a port and rules.
    const shell = await host.container("byhand");
    await networkOn(host, variant, simplenet).add(shell);
    await host.write(
      `${results}/simplenet-0f3a9b-eth0`,
      cacheEntry("0f3a9b", "/run/netns/0f3a9b", added.json),
    );
    await host.write(`${results}/simplenet-gone-eth0`, cacheEntry("gone", "/run/netns/gone", added.json));
    await host.write(`${leases}/10.10.0.77`, "gone\r\neth0", 0o600);
    await host.write(`${leases}/10.10.0.78`, "web-aaaaaaaa\r\neth0", 0o600);
    await web.crash();
    await age(host, incarnations, leases, results);
    const others = (await stateOf(host)).replaceAll(/.*web-qkwznmfy.*\n/g, "");
    expect((await lxcCni(host, variant, "gc")).output).toMatch(/^web eth0 on simplenet: removed .*\n$/);
    expect(await stateOf(host)).toBe(others);
    for (const each of [pod, shell]) await each.run(["ping", "-c", "1", "10.10.0.1"]);
  });

  test("has plugins remove rules that nobody knows, on a network of its own", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    const db = await startContainer(host, variant, "db");
    await web.crash();
    await host.run([
      "sh",
      "-c",
      `rm ${results}/*web-* ${incarnations}/web-* && grep -l web- ${leases}/* | xargs rm`,
    ]);
    expect(await stateOf(host)).toContain("web-");
    expect(await lxcCni(host, variant, "gc")).toMatchObject(nothing);
    expect(await stateOf(host)).not.toContain("web-");
    expect(await lxcCni(host, variant, "check")).toMatchObject({ status: 0 });
    await db.crash();
  });

  test("says what a plugin did not collect", async ({ host }) => {
    await host.write(
      "/mnt/plugins/stubborn",
      `#!/bin/sh\necho '{"code":100,"msg":"not today"}'\nexit 1\n`,
      0o755,
    );
    await writeNetwork(host, { cniVersion: "1.1.0", name: "own", plugins: [{ type: "stubborn" }] });
    const gc = (...words: string[]) => lxcCni(host, variant, "gc", "--cni-path", "/mnt/plugins", ...words);
    const inWords = await gc();
    expect(inWords).toMatchObject({ status: 1, errors: expect.stringMatching(/^lxc-cni: own: .*not today/) });
    const asJson = await gc("--json");
    expect(asJson).toMatchObject({ status: 1, errors: inWords.errors });
    expect(JSON.parse(asJson.output)).toEqual({
      attachments: [],
      files: [],
      failures: [expect.stringMatching(/^own: .*not today/)],
    });
  });

  test("looks at no path that an ordinary user has named, nor trips over a configuration that is elsewhere", async ({
    host,
  }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    await web.crash();
    const record = JSON.parse(await host.run(["cat", `${incarnations}/web-qkwznmfy.json`]));
    const keep = (id: string, lxcPath: string) =>
      host.write(`${incarnations}/${id}.json`, JSON.stringify({ ...record, lxcPath, attachments: [] }));
    await host.write("/etc/web.conf", "");
    await keep(containerIdOf("web", "/etc/web.conf"), "/etc/web.conf");
    const tooLong = `/${"x".repeat(300)}`;
    await keep(containerIdOfUser(4242, "web", tooLong), tooLong);
    await age(host, incarnations);
    expect(await lxcCni(host, variant, "gc")).toMatchObject({ status: 0, errors: "" });
    expect(await stateOf(host)).toBe("");
  });

  test("says what it cannot remove, and keeps what it knows of it", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const web = await startContainer(host, variant, "web");
    await web.crash();
    await age(host, incarnations);
    await host.run(["rm", "-r", results, "/etc/lxc-cni/net.d"]);
    const failed = await lxcCni(host, variant, "gc");
    expect(failed).toMatchObject({
      status: 1,
      output: expect.stringContaining("cannot remove: no net configuration"),
    });
    await writeNetwork(host, simplenet);
    expect(await lxcCni(host, variant, "gc")).toMatchObject({ status: 0 });
    expect(await stateOf(host)).toBe("");
  });
});

/** Makes files two minutes old. */
async function age(host: Host, ...directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    await host.run(["sh", "-c", `touch --date '2 minutes ago' ${directory}/*`]);
  }
}

/** What there is of containers: records, leases, results, rules. */
function stateOf(host: Host): Promise<string> {
  const script = `for each in ${incarnations} ${results}; do ls $each 2> /dev/null; done
cd ${leases} 2> /dev/null && for each in *.*.* *::*; do [ -e "$each" ] && echo "$each $(tr '\\r\\n' '  ' < $each)"; done
iptables-save | grep id:; ip6tables-save | grep id:; true`;
  return host.run(["sh", "-c", script]);
}

function cacheEntry(id: string, netns: string, result: unknown): string {
  return JSON.stringify({
    kind: "cniCacheV1",
    containerId: id,
    config: Buffer.from(JSON.stringify(simplenet)).toString("base64"),
    ifName: "eth0",
    networkName: "simplenet",
    netns,
    result,
  });
}

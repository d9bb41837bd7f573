import { expect } from "vitest";
import { refusalOf } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { networkCases } from "../fixture/networks.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { oddities } from "./protocol.ts";

const { configuration } = networkCases.plain;

describeVariants("a call that nobody should make", (variant) => {
  test.for(["CNI_IFNAME", "CNI_CONTAINERID"])(
    "with bytes in %s that are no UTF-8 is refused: nothing could be named so",
    async (name, { host }) => {
      const c1 = await host.container("c1");
      const before = await snapshot(host);
      const script = `${name}=$(printf 'a\\377b') exec "$0"`;
      const answer = await networkOn(host, variant, configuration).add(c1, { by: ["sh", "-c", script] });
      expect(refusalOf(answer)).toMatchObject({ code: 4 });
      expect(difference(before, await snapshot(host))).toEqual([]);
    },
  );

  test("executes nothing but a plugin in CNI_PATH, whatever the IPAM plugin is called", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    await host.write("/mnt/canary", "#!/bin/sh\ntouch /mnt/ran\n", 0o755);
    await host.run(["mkdir", "/mnt/plugins"]);
    const types = [
      "../canary",
      "/mnt/canary",
      "$(/mnt/canary)",
      "x;/mnt/canary",
      "`/mnt/canary`",
      "x\n/mnt/canary",
    ];
    for (const type of [...types, ".", "..", "-", "a\u0000b", "x".repeat(5000)]) {
      const network = networkOn(host, variant, { ...configuration, ipam: { ...configuration.ipam, type } });
      const env = { CNI_PATH: `/mnt/plugins:${variant.directory}` };
      for (const verb of ["ADD", "DEL", "CHECK", "GC", "STATUS"]) {
        const answer = await network.call(verb, c1, { env });
        expect(oddities(verb, answer), `${verb} with ${type.slice(0, 20)}`).toEqual([]);
      }
      expect((await host.attempt(["test", "-e", "/mnt/ran"])).status, type).toBe(1);
    }
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const withIpam = (change: object) => ({ ...configuration, ipam: { ...configuration.ipam, ...change } });
  test.for([
    ["a version that is nested deeply", { ...configuration, cniVersion: "DEEP" }],
    ["a previous result that is nested deeply", { ...configuration, prevResult: { ips: ["DEEP"] } }],
    ["leases in a place where no directory can be made", withIpam({ dataDir: "/proc" })],
    ["leases in a place with a zero byte in it", withIpam({ dataDir: "/run/\0" })],
    ["a resolv.conf with a zero byte in its path", withIpam({ resolvConf: "/run/\0" })],
    ["a range that begins behind its end", withIpam({ rangeStart: "10.10.255.255" })],
  ] as const)("with %s is answered by an error of the protocol, if not served", async ([, odd], { host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const stdin = JSON.stringify(odd).replace('"DEEP"', deep);
    const network = networkOn(host, variant, configuration);
    for (const verb of ["ADD", "CHECK", "STATUS", "GC", "DEL"]) {
      expect(oddities(verb, await network.call(verb, c1, { stdin })), verb).toEqual([]);
    }
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  // ADD and DEL hold a lock, for which the second one waits in vain.
  test.for(["CHECK", "GC", "STATUS"])(
    "to a bridge that is its own IPAM plugin is not passed on for ever: %s",
    async (verb, { host }) => {
      const c1 = await host.container("c1");
      const plugins = "/mnt/plugins";
      const script = [
        "#!/bin/sh",
        `echo x >> ${plugins}/calls`,
        // Were there no end to it, this machine would come to one.
        `[ $(wc -l < ${plugins}/calls) -lt 50 ] || exit 1`,
        `exec ${variant.directory}/bridge`,
      ];
      await host.write(`${plugins}/bridge`, `${script.join("\n")}\n`, 0o755);
      const network = networkOn(host, variant, { ...configuration, ipam: { type: "bridge" } });
      const answer = await network.call(verb, c1, { env: { CNI_PATH: plugins } });
      expect(oddities(verb, answer)).toEqual([]);
      const calls = (await host.attempt(["cat", `${plugins}/calls`])).output.trim().split("\n");
      expect(calls.length).toBeLessThan(5);
    },
  );

  test("for a route with a number that the kernel has no room for is refused, instead of making another route", async ({
    host,
  }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    for (const key of ["priority", "table", "mtu", "advmss"]) {
      for (const number of [-1, 2 ** 32 + 1400]) {
        const routes = [{ dst: "198.51.100.0/24", [key]: number }];
        const ipam = { ...configuration.ipam, routes };
        const answer = await networkOn(host, variant, { ...configuration, ipam }).add(c1);
        expect(refusalOf(answer).code, `${key} ${number}`).toBeLessThan(999);
        expect(difference(before, await snapshot(host)), `${key} ${number}`).toEqual([]);
      }
    }
  });
});

describeVariants("an input without end", (variant) => {
  test("is an error, and no bug", async ({ host, skip }) => {
    if (variant.directory.endsWith("/js")) skip("Node.js has no limit of its own, and takes all memory");
    const c1 = await host.container("c1");
    const by = ["sh", "-c", 'exec "$0" < /dev/zero'];
    const { code, msg } = refusalOf(await networkOn(host, variant, configuration).add(c1, { by }));
    expect(code, msg).toBeLessThan(999);
  });

  test("is no bug either where it is a file that the configuration names", async ({ host, skip }) => {
    if (variant.directory.endsWith("/js")) skip("Node.js has no limit of its own, and takes all memory");
    const c1 = await host.container("c1");
    await host.run(["sh", "-c", "yes 'nameserver 192.0.2.1' | head -c 40000000 > /mnt/resolv.conf"]);
    const ipam = { ...configuration.ipam, resolvConf: "/mnt/resolv.conf" };
    const answer = await networkOn(host, variant, { ...configuration, ipam }).add(c1);
    expect(refusalOf(answer)).toMatchObject({ code: 5, msg: "out of memory" });
  });
});

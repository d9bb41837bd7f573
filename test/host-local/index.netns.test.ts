import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { buildFaultyPlugins } from "../faults/build.ts";
import { faultAt, faultsOf } from "../faults/faulty.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { variants } from "../fixture/variants.ts";
import { describeBesideGo } from "../interop/beside-go.ts";
import { describeEngines } from "../runtime/engines.ts";
import { missingToolchain } from "../system/build.ts";

const directory = "/var/lib/cni/networks/net";
const index = "/var/lib/lxc-cni/index/%2Fvar%2Flib%2Fcni%2Fnetworks%2Fnet";

const input = JSON.stringify({
  cniVersion: "1.1.0",
  name: "net",
  ipam: { type: "host-local", subnet: "10.1.0.0/16" },
});

function call(host: Host, plugins: string, verb: string, container: string, env: object = {}) {
  return host.attempt([`${plugins}/host-local`], {
    env: {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: container,
      CNI_IFNAME: "eth0",
      CNI_NETNS: "/run/netns/away",
      CNI_PATH: plugins,
      ...env,
    },
    input,
  });
}

/** Calls ADD. @returns the address */
async function add(host: Host, plugins: string, container: string): Promise<string> {
  const { output, errors } = await call(host, plugins, "ADD", container);
  expect(errors).toBe("");
  return /"address": "([^/"]+)/.exec(output)?.[1] ?? output;
}

/** Calls another verb, which is to succeed, and say nothing. */
async function done(host: Host, plugins: string, verb: string, container: string): Promise<void> {
  expect(await call(host, plugins, verb, container)).toMatchObject({ status: 0, output: "", errors: "" });
}

/** Leases of `c2` to `c101`, from 10.1.0.2 on. */
async function fill(host: Host): Promise<void> {
  await host.run(["mkdir", "-p", directory]);
  const script = `for n in $(seq 2 101); do printf 'c%s\\r\\neth0' $n > ${directory}/10.1.0.$n; done`;
  await host.run(["sh", "-c", script]);
}

/** The addresses that a container holds. */
async function heldBy(host: Host, container: string): Promise<string[]> {
  const script = `cd ${directory} && grep -lx "${container}.*" 10.*`;
  const { output } = await host.attempt(["sh", "-c", script]);
  return output.split("\n").filter(Boolean);
}

describeEngines("an index of leases", ({ directory: plugins }) => {
  test("is kept in a file that nobody else can read", async ({ host }) => {
    await fill(host);
    expect(await add(host, plugins, "web")).toBe("10.1.0.102");
    expect(await host.run(["stat", "-c", "%a", "/var/lib/lxc-cni/index", index])).toBe("700\n600");
    expect(await host.run(["ls", "/var/lib/lxc-cni/index"])).toBe("%2Fvar%2Flib%2Fcni%2Fnetworks%2Fnet");
    await done(host, plugins, "DEL", "web");
    expect(await heldBy(host, "web")).toEqual([]);
  });

  test.for([
    ["read-only", "ro"],
    ["full", "size=12k,mode=755"],
  ] as const)(
    "is done without where its file system is %s, and nobody is bothered",
    async ([, options], { host }) => {
      await fill(host);
      await host.run(["mkdir", "-p", "/var/lib/lxc-cni"]);
      await host.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", "/var/lib/lxc-cni"]);
      expect(await add(host, plugins, "web")).toBe("10.1.0.102");
      await done(host, plugins, "CHECK", "web");
      await done(host, plugins, "STATUS", "");
      await done(host, plugins, "DEL", "web");
      expect(await add(host, plugins, "next")).toBe("10.1.0.103");
      await done(host, plugins, "CHECK", "c50");
    },
  );
});

describe("an index of leases", () => {
  const [native, , node] = variants;

  test("that one engine has made serves the other one", async ({ host, skip }) => {
    if (native === undefined || node === undefined) return skip("there are plugins from elsewhere");
    await fill(host);
    expect(await add(host, node.directory, "a")).toBe("10.1.0.102");
    // An empty table would be read anew; one that is in use is read and written.
    const before = await host.run(["stat", "-c", "%i", index]);
    expect(await add(host, native.directory, "b")).toBe("10.1.0.103");
    await done(host, node.directory, "CHECK", "b");
    await done(host, node.directory, "DEL", "a");
    expect(await add(host, node.directory, "c")).toBe("10.1.0.104");
    await done(host, native.directory, "DEL", "c");
    await done(host, native.directory, "DEL", "b");
    expect(await host.run(["stat", "-c", "%i", index])).toBe(before);
    expect((await host.run(["sh", "-c", `ls ${directory} | grep -c ^10`])).trim()).toBe("100");
  });
});

await describeBesideGo("an index of leases", ({ ours, go }) => {
  test("shows what the Go plugin does in turn with ours", async ({ host }) => {
    await fill(host);
    await host.container("away");
    const sides = [ours.directory, go.directory];
    const octets = Array.from({ length: 20 }, (_, round) => 102 + round);
    for (const [round, octet] of octets.entries()) {
      expect(await add(host, sides[round % 2] ?? "", `x${octet}`)).toBe(`10.1.0.${octet}`);
    }
    for (const [round, octet] of octets.entries()) {
      const side = sides[(round >> 1) % 2] ?? "";
      await done(host, side, "CHECK", `x${octet}`);
      await done(host, side, "DEL", `x${octet}`);
      expect(await heldBy(host, `x${octet}`)).toEqual([]);
    }
  });
});

describe.skipIf(missingToolchain !== undefined)("an index of leases", () => {
  let faulty = "";
  beforeAll(async () => {
    faulty = await buildFaultyPlugins(mkdtempSync(`${tmpdir()}/lxc-cni-faults-`));
  }, 120_000);
  afterAll(() => rmSync(dirname(faulty), { recursive: true }));
  const [healthy] = variants.map(({ directory }) => directory);

  test.for(["fail", "late", "kill"] as const)(
    "does not mislead after a fault: %s",
    async (kind, { host, skip }) => {
      if (healthy === undefined) return skip("there are no executables");
      const problems: string[] = [];
      await fill(host);
      await done(host, healthy, "DEL", "c2");
      for (const verb of ["ADD", "DEL"]) {
        const faults = await faultsOf(kind, async ({ env }) => {
          if (verb === "DEL") await add(host, healthy, "count");
          const outcome = await call(host, faulty, verb, "count", env);
          await call(host, healthy, "DEL", "count");
          return { ...outcome, json: undefined };
        });
        for (const [trial, fault] of faults.entries()) {
          const container = `${verb.toLowerCase()}${trial}`;
          if (verb === "DEL") await add(host, healthy, container);
          await call(host, faulty, verb, container, faultAt(fault).env);
          const found = await problemsAfter(host, healthy, container);
          problems.push(...found.map((each) => `${verb} ${fault}: ${each}`));
        }
      }
      expect(problems).toEqual([]);
      expect(await host.run(["sh", "-c", `ls ${directory} | grep -c ^10`])).toBe("99");
    },
  );
});

/** What is wrong with leases, beside that a container may hold one or not. */
async function problemsAfter(host: Host, plugins: string, container: string): Promise<string[]> {
  const problems: string[] = [];
  const before = await heldBy(host, container);
  const next = await add(host, plugins, "next");
  if ((await heldBy(host, "next")).join() !== next) problems.push(`ADD of another one said ${next}`);
  const checked = await call(host, plugins, "CHECK", container);
  if ((checked.status === 0) !== before.length > 0)
    problems.push(`CHECK: ${checked.output}; held: ${before}`);
  for (const each of [container, "next"]) {
    const { output } = await call(host, plugins, "DEL", each);
    const held = await heldBy(host, each);
    if (held.length > 0) problems.push(`DEL of ${each} left ${held}: ${output}`);
  }
  await done(host, plugins, "CHECK", "c50");
  return problems;
}

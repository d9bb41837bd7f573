import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeEach, describe, expect, test } from "vitest";
import { projectRoot } from "../../scripts/build/executables.mjs";
import { findToolchain } from "../../scripts/build/toolchain.mjs";
import { buildProgram, withDirectory } from "./build.ts";
import { segmentsOf } from "./elf.ts";

const directory = join(projectRoot, "dist/bin-arm64");
const executables = ["bridge", "host-local", "lxc-cni"];
const toolchain = findToolchain({ architecture: "arm64" });

beforeEach(({ skip }) => {
  if (toolchain.directory === undefined) skip(toolchain.reason);
  if (!existsSync(directory))
    skip(`${directory} has not been built (npm run build -- --arch arm64 says why)`);
});

/** The largest pages that a kernel for arm64 may have. Debian has none with them, some other distributions do. */
const largestPage = 0x10000;

test.each(executables)("%s can be mapped with pages of 64 KiB", (name) => {
  const segments = segmentsOf(readFileSync(join(directory, name)));
  expect(segments.length).toBeGreaterThan(2);
  for (const { offset, address } of segments)
    expect((address - offset) % largestPage, address.toString(16)).toBe(0);
  // What one page holds has one protection.
  const pages = segments.flatMap(({ address, size }) => {
    const first = Math.floor(address / largestPage);
    const last = Math.floor((address + size - 1) / largestPage);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  expect(new Set(pages).size).toBe(pages.length);
});

test(
  "an executable for arm64 is the same each time that it is made",
  () =>
    withDirectory(async (scratch) => {
      const [first, second] = [
        readFileSync(await buildProgram("evaluated", "arm64", join(scratch, "1"), true)),
        readFileSync(await buildProgram("evaluated", "arm64", join(scratch, "22"), true)),
      ];
      expect(first.equals(second)).toBe(true);
    }),
  90_000,
);

// Its user mode does not know how to ask whose a namespace is, so bridge can do little there: test/vm has it work.
describe("emulated by QEMU", () => {
  test("lxc-cni and the plugins say what they are", async () => {
    expect((await run("lxc-cni", ["version"])).output).toMatch(/^lxc-cni .*\n.*libgcc/);
    for (const plugin of ["bridge", "host-local"]) {
      const { output } = await run(plugin, [], { CNI_COMMAND: "VERSION" }, '{"cniVersion":"1.1.0"}');
      expect(JSON.parse(output).supportedVersions).toContain("1.1.0");
    }
  });

  test("plugins say what is wrong", async () => {
    for (const [plugin, input, code] of [
      ["bridge", "{", 6],
      ["bridge", '{"cniVersion":"1.1.0","name":"net","type":"bridge","mtu":"much"}', 7],
      [
        "host-local",
        '{"cniVersion":"1.1.0","name":"net","ipam":{"type":"host-local","subnet":"10.0.0.0/99"}}',
        7,
      ],
    ] as const) {
      const { status, output } = await run(plugin, [], variables("ADD", "c1"), input);
      expect({ status, code: JSON.parse(output).code }, input).toEqual({ status: 1, code });
    }
  });

  test("host-local gives addresses to twelve at once, and takes them back", () =>
    withDirectory(async (dataDir) => {
      const ipam = { type: "host-local", subnet: "10.10.0.0/16", dataDir };
      const network = JSON.stringify({ cniVersion: "1.1.0", name: "net", ipam });
      const ids = Array.from({ length: 12 }, (_, index) => `c${index}`);
      const callAll = (verb: string) =>
        Promise.all(ids.map((id) => run("host-local", [], variables(verb, id), network)));
      const leases = () => readdirSync(join(dataDir, "net")).filter((name) => name.startsWith("10."));

      const added = await callAll("ADD");
      const addresses = added.map(({ output }) => JSON.parse(output).ips[0].address.replace("/16", ""));
      expect(leases().sort()).toEqual([...new Set(addresses)].sort());
      expect(leases()).toHaveLength(12);
      const outcomes = [...(await callAll("CHECK")), ...(await callAll("DEL"))];
      expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 0));
      expect(leases()).toEqual([]);
    }));
});

function variables(verb: string, id: string): Record<string, string> {
  const fixed = { CNI_NETNS: "/run/netns/none", CNI_IFNAME: "eth0", CNI_PATH: directory };
  return { ...fixed, CNI_COMMAND: verb, CNI_CONTAINERID: id };
}

async function run(
  name: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = "",
) {
  const child = spawn("qemu-aarch64", [join(directory, name), ...words], {
    env: { PATH: process.env.PATH, ...env },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [output, status] = [await text(child.stdout), await ended];
  return { output, status };
}

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { buildSync } from "esbuild";
import { describe, expect } from "vitest";
import { test } from "./network.ts";

interface Reply {
  readonly status: number | null;
  readonly output: string;
}

/** Runs the plugin as a process of its own, as runtimes do. */
function run(script: string, verb: string, container: string, input: string): Promise<Reply> {
  const environment = {
    CNI_CONTAINERID: container,
    CNI_IFNAME: "eth0",
    CNI_NETNS: "/proc/self/ns/net",
    CNI_PATH: "/x",
  };
  const child = spawn(process.execPath, [script], {
    env: { ...environment, PATH: process.env.PATH, CNI_COMMAND: verb },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(input);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, output })));
}

describe("calls at the same time", () => {
  test("get an address each, and leave nothing behind", async ({ network }) => {
    const script = `${network.directory}.mjs`;
    const dataDir = network.directory.replace(/\/net0$/, "");
    buildSync({
      entryPoints: ["ipam/host-local/main.ts"],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: script,
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
    });
    const input = JSON.stringify({
      cniVersion: "1.1.0",
      name: "net0",
      ipam: { dataDir, subnet: "10.1.2.0/27" },
    });
    const ids = Array.from({ length: 20 }, (_, index) => `c${index}`);

    const replies = await Promise.all(ids.map((id) => run(script, "ADD", id, input)));
    expect(replies.map(({ status, output }) => (status === 0 ? "" : output)).join("")).toBe("");
    const leases = network.leases();
    expect(Object.keys(leases)).toHaveLength(20);
    replies.forEach(({ output }, index) => {
      const [address = ""] = JSON.parse(output).ips.map(
        (ip: { address: string }) => ip.address.split("/")[0],
      );
      expect(leases[address]).toBe(`c${index}\r\neth0`);
    });

    await Promise.all(ids.map((id) => run(script, "DEL", id, input)));
    expect(readdirSync(network.directory).sort()).toEqual(["last_reserved_ip.0", "lock"]);
  });
});

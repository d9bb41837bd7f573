import { describe, expect } from "vitest";
import { networkCases } from "../fixture/networks.ts";
import { test } from "../fixture/test.ts";
import { missing, variants } from "../fixture/variants.ts";

const [native] = variants;

/** A runtime that is the first process, and waits only for what it has started, as programs in Go do. */
const runtime = `
const { spawnSync } = require("node:child_process");
const { readdirSync, readFileSync } = require("node:fs");
for (let round = 0; round < 10; round++)
  for (const CNI_COMMAND of ["ADD", "DEL"]) {
    const env = { ...process.env, CNI_COMMAND };
    const { status, stdout } = spawnSync(process.env.CNI_PATH + "/bridge", { env, input: process.env.INPUT });
    if (status !== 0) console.log(String(stdout));
  }
const processes = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name) && name !== "1");
console.log(processes.map((pid) => readFileSync("/proc/" + pid + "/stat", "utf8")).join(""));
`;

describe("DEL", () => {
  test("leaves no process, ended or not, to a first one that waits for none", async ({ host, skip }) => {
    if (native === undefined || missing(native) !== undefined) return skip("there are no executables");
    const { netns } = await host.container("c1");
    const env = {
      CNI_CONTAINERID: "c1",
      CNI_NETNS: netns,
      CNI_IFNAME: "eth0",
      CNI_PATH: native.directory,
      INPUT: JSON.stringify(networkCases.iptables.configuration),
    };
    const asFirst = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
    expect(await host.run([...asFirst, process.execPath, "-e", runtime], { env })).toBe("");
  });
});

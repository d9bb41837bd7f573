import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { startContainerd } from "./containerd.ts";
import { setUpPodman } from "./podman.ts";
import { patient, testWith } from "./test.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

describe("docs/runtimes.md", patient, () => {
  describe("containerd", () => {
    const test = testWith(() => startContainerd("containerd-2"));
    test("the commands of the page work", async ({ runtime }) => {
      const output = await runCommandsOf("containerd", runtime.host);
      expect(output).toContain("inet 10.88.0.2/16");
      expect(output).toContain("inet6 fd10:88::2/64");
    });
  });

  describe("podman and buildah", () => {
    const test = testWith(setUpPodman);
    test("the commands of the page work", async ({ runtime }) => {
      const output = await runCommandsOf("podman and buildah", runtime.host);
      expect(output).toContain("inet 10.90.0.7/24");
      expect(output).toContain("link/ether 92:d0:c6:0a:29:33");
    });
  });
});

/** Runs the commands under a heading of the page, as they stand there. @returns what they printed */
async function runCommandsOf(heading: string, host: Host): Promise<string> {
  const page = readFileSync(`${project}/docs/runtimes.md`, "utf8");
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const commands = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  expect(commands.length).toBeGreaterThan(1);
  return host.run(["sh", "-euc", `cd ${project}\n${commands.join("")}`], {
    env: { CONTAINERD_ADDRESS: "/mnt/runtime/containerd.sock" },
    deadline: 60_000,
  });
}

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // Tests in namespaces are mostly kernel time, and some of them run 20 plugins at once.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for is often the kernel's or a daemon's to do, when a busy machine gets round to it.
    expect: { poll: { timeout: 10_000 } },
    globalSetup: ["./test/lxc/cgroups.ts"],
    reporters: ["default", "./test/fixture/reporter.ts"],
  },
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Outcome } from "../fixture/command.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { test as onHost } from "../fixture/test.ts";
import type { Variant } from "../fixture/variants.ts";
import { type NoopPlugins, noopPlugins } from "./noop.ts";

/** A test that gets a host of its own, and plugins to be called there. */
export const test = onHost.extend<{ plugins: NoopPlugins }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants to see that it needs no other fixture.
  plugins: async ({}, use) => {
    const directory = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
    await use(noopPlugins(directory));
    rmSync(directory, { recursive: true });
  },
});

/** A hook of a container `web`, whose first process keeps a namespace. */
export interface HookCall {
  readonly host: Host;
  readonly variant: Variant;
  readonly plugins: NoopPlugins;
  readonly web: Container;
  readonly type: "start-host" | "stop" | "post-stop" | "destroy";
  /** What the hook line says after `hook`. */
  readonly networks: readonly string[];
  /** LXC's configuration file of it; `/var/lib/lxc/web/config` when absent. */
  readonly configFile?: string;
  /** The container's name as LXC tells it; `web` when absent. */
  readonly name?: string;
}

/** Runs a hook as LXC does, with hook version 1. */
export function runHook(call: HookCall): Promise<Outcome> {
  const {
    host,
    variant,
    plugins,
    web,
    type,
    networks,
    name = "web",
    configFile = "/var/lib/lxc/web/config",
  } = call;
  const env = {
    ...variant.environment,
    LXC_NAME: name,
    LXC_CONFIG_FILE: configFile,
    LXC_HOOK_VERSION: "1",
    LXC_HOOK_TYPE: type,
    LXC_PID: pidOf(web),
  };
  const command = [`${variant.directory}/lxc-cni`, "hook", "--cni-path", plugins.directory, ...networks];
  return host.attempt(command, { env });
}

/** Ends a container's first process, and waits until it is gone, as LXC does before it runs a hook. */
export async function end(host: Host, web: Container): Promise<void> {
  await web.lose();
  const isThere = async () => (await host.attempt(["test", "-e", `/proc/${pidOf(web)}/ns/net`])).status === 0;
  await expect.poll(isThere).toBe(false);
}

function pidOf({ netns }: Container): string {
  return netns.split("/")[2] ?? "";
}

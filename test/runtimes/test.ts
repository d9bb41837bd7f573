import { afterAll, test as base, beforeAll, type TestAPI } from "vitest";
import { enterCommand, type Host } from "../fixture/host.ts";

/** A runtime on a host of its own. */
interface Running {
  readonly host: Host;
  /** Removes all containers, so that what one test leaves when it fails is in nobody's way. */
  clear(): Promise<void>;
  end(): Promise<void>;
}

/** A test of a runtime takes some seconds, and ten times as long on a machine that has much else to do. */
export const patient = { timeout: 120_000 };

/**
 * A test that gets a runtime, which the tests of a file (or of what is described together) share.
 *
 * Where it cannot be had on this machine they are skipped, with the reason.
 *
 * @param start Starts it, or tells why it cannot be had.
 */
export function testWith<Runtime extends Running>(
  start: () => Promise<Runtime | string>,
): TestAPI<{ runtime: Runtime }> {
  let started: Runtime | string;
  // Where its packages were never fetched before, they are now.
  beforeAll(async () => {
    started = await start();
  }, 600_000);
  afterAll(async () => {
    if (typeof started !== "object") return;
    if (process.env.LXC_CNI_KEEP !== "1") return await started.end();
    console.log(
      `The host is kept. Step in by\n  ${enterCommand(started.host)}\nend it by\n  kill -KILL ${started.host.pid}`,
    );
  });
  return base.extend<{ runtime: Runtime }>({
    runtime: async ({ task, skip }, use) => {
      if (typeof started === "string") return skip(started);
      await use(started);
      if (task.result?.state === "fail" && process.env.LXC_CNI_KEEP !== "1") await started.clear();
    },
  });
}

import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { describeNative, simplenet, startContainer, writeNetwork } from "./containers.ts";

describeNative("lxc-cni check that is asked to end", (variant) => {
  test("leaves it at the containers that it has looked at, and says so", async ({ host }) => {
    await writeNetwork(host, simplenet);
    const running = [await startContainer(host, variant, "db"), await startContainer(host, variant, "web")];
    // While somebody has the lock of the first one, db-t5wdqz66.
    const script = `
exec 9> /run/lxc-cni/locks/container-z66
flock 9
${variant.directory}/lxc-cni check 9>&- &
until grep -q lxc-cni /proc/$!/comm && readlink /proc/$!/fd/* | grep -q container-z66; do :; done
kill -TERM $!
exec 9>&-
wait $!`;
    expect(await host.attempt(["sh", "-c", script], { env: variant.environment })).toMatchObject({
      status: 128 + 15,
      output: "1 of 1 attachment is as made\n",
      errors: "lxc-cni: asked to end: checking went as far as 1 of 2\n",
    });
    for (const container of running) await container.crash();
  });
});

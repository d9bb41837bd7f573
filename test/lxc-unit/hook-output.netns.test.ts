import { expect } from "vitest";
import { writeScript } from "../cni/scratch.ts";
import { makeContainerOfProcess } from "../fixture/container.ts";
import { describeEngines } from "../runtime/engines.ts";
import { runHook, test } from "../runtime/hook.ts";

describeEngines("what a hook prints", (variant) => {
  test("is a few lines, however much plugins print: of each of them the end", async ({ host, plugins }) => {
    const talkative = Array.from({ length: 6 }, (_, index) => `talkative${index}`);
    for (const name of talkative) {
      writeScript(`${plugins.directory}/${name}`, [
        "cat > /dev/null",
        "yes 'this is a line of much output' | head -c 1000000 >&2",
        `echo "the end of ${name}" >&2`,
        `echo '{"cniVersion":"1.0.0"}'`,
      ]);
    }
    const network = { cniVersion: "1.0.0", name: "a", plugins: talkative.map((type) => ({ type })) };
    await host.write("/etc/lxc-cni/net.d/a.conflist", JSON.stringify(network));
    const web = await makeContainerOfProcess(host, "web");
    const outcome = await runHook({ host, variant, plugins, web, type: "start-host", networks: ["a"] });
    expect(outcome.status).toBe(0);
    expect(outcome.errors).toMatch(/^\[99\d{4} characters left out\]\n/);
    for (const name of talkative.slice(0, 4)) expect(outcome.errors).toContain(`the end of ${name}\n`);
    expect(outcome.errors.length).toBeLessThan(17_000);
  });

  test("still says what failed", async ({ host, plugins }) => {
    writeScript(`${plugins.directory}/failing`, [
      "cat > /dev/null",
      "yes 'much output' | head -c 1000000 >&2",
      "echo 'this is why' >&2",
      "exit 1",
    ]);
    const network = { cniVersion: "1.0.0", name: "a", plugins: [{ type: "failing" }] };
    await host.write("/etc/lxc-cni/net.d/a.conflist", JSON.stringify(network));
    const web = await makeContainerOfProcess(host, "web");
    const outcome = await runHook({ host, variant, plugins, web, type: "start-host", networks: ["a"] });
    expect(outcome.status).toBe(1);
    expect(outcome.errors).toMatch(/this is why": exit status 1; .*\n$/);
    expect(outcome.errors.length).toBeLessThan(17_000);
  });
});

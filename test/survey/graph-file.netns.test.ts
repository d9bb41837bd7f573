import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { describeNative, lxcCni } from "./containers.ts";

describeNative("lxc-cni graph --svg FILE", (variant) => {
  test("makes a file, or replaces one, a link to it staying a link", async ({ host }) => {
    await host.run(["ln", "-s", "host.svg", "/run/link"]);
    for (const file of ["/run/host.svg", "/run/host.svg", "/run/link"]) {
      expect(await lxcCni(host, variant, "graph", "--svg", file)).toMatchObject({ status: 0, output: "" });
      expect(await host.run(["cat", "/run/host.svg"])).toMatch(/^<svg/);
    }
    expect(await host.run(["readlink", "/run/link"])).toBe("host.svg");
  });

  test.for(["/run/null", "/run/fifo", "/run/directory"])("leaves %s what it is", async (path, { host }) => {
    await host.run(["mknod", "-m", "666", "/run/null", "c", "1", "3"]);
    await host.run(["mkfifo", "/run/fifo"]);
    await host.run(["mkdir", "/run/directory"]);
    const kind = () => host.run(["stat", "--format", "%F", path]);
    const before = await kind();
    expect(await lxcCni(host, variant, "graph", "--svg", path)).toMatchObject({
      status: 1,
      errors: `lxc-cni: ${path} is no file; --svg - writes to standard output\n`,
    });
    expect(await kind()).toBe(before);
  });
});

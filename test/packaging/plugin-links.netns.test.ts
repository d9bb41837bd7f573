import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";

/** A directory of the host where another vendor's plugins are. */
const directory = "/etc/other-plugins";

describeVariants("lxc-cni plugins", (variant) => {
  test("links are made, found again and removed", async ({ host }) => {
    const link = await plugins(variant, host, "link", directory);
    expect(link).toMatchObject({ status: 0, errors: "" });
    for (const name of ["bridge", "host-local"]) {
      expect(await host.run(["readlink", `${directory}/${name}`])).toBe(`${variant.directory}/${name}`);
    }
    const again = await plugins(variant, host, "link", directory);
    expect(again.output).toContain(`${directory}/bridge leads to ${variant.directory}/bridge, as before\n`);
    expect(await plugins(variant, host, "unlink", directory)).toMatchObject({
      status: 0,
      output: `${directory}/bridge is removed\n${directory}/host-local is removed\n`,
    });
    expect(await host.run(["ls", "-A", directory])).toBe("");
  });

  test("others' plugins are left alone, all of ours or none is linked", async ({ host }) => {
    await host.write(`${directory}/host-local`, "theirs\n", 0o755);
    const { status, errors } = await plugins(variant, host, "link", directory);
    expect(status).toBe(1);
    expect(errors).toContain(`there is something else at ${directory}/host-local`);
    expect(errors).toContain("--replace");
    expect(await host.run(["ls", "-A", directory])).toBe("host-local");
    await plugins(variant, host, "unlink", directory);
    expect(await host.run(["cat", `${directory}/host-local`])).toBe("theirs");
  });

  test("--replace puts them aside, a second one changes nothing, unlink brings them back", async ({
    host,
  }) => {
    await host.write(`${directory}/bridge`, "theirs\n", 0o750);
    const first = await plugins(variant, host, "link", directory, "--replace");
    expect(first.output).toContain(`; what was there is kept as ${directory}/bridge.before-lxc-cni\n`);
    await plugins(variant, host, "link", directory, "--replace");
    expect(await host.run(["readlink", `${directory}/bridge`])).toBe(`${variant.directory}/bridge`);
    expect(await host.run(["cat", `${directory}/bridge.before-lxc-cni`])).toBe("theirs");
    await plugins(variant, host, "unlink", directory);
    expect(await host.run(["ls", "-A", directory])).toBe("bridge");
    expect(await host.run(["stat", "-c", "%a %F %s", `${directory}/bridge`])).toBe("750 regular file 7");
  });

  test("links of others, also such that lead nowhere, are put aside as links", async ({ host }) => {
    await host.run(["mkdir", directory]);
    await host.run(["ln", "-s", "/nowhere/bridge", `${directory}/bridge`]);
    expect((await plugins(variant, host, "link", directory)).status).toBe(1);
    expect((await plugins(variant, host, "link", directory, "--replace")).status).toBe(0);
    await plugins(variant, host, "unlink", directory);
    expect(await host.run(["readlink", `${directory}/bridge`])).toBe("/nowhere/bridge");
  });

  test("what was put aside before is not lost to a newer one", async ({ host }) => {
    await host.write(`${directory}/bridge`, "old\n", 0o755);
    await plugins(variant, host, "link", directory, "--replace");
    // As when their package is upgraded.
    await host.run(["rm", `${directory}/bridge`]);
    await host.write(`${directory}/bridge`, "new\n", 0o755);
    const { status, errors } = await plugins(variant, host, "link", directory, "--replace");
    expect(status).toBe(1);
    expect(errors).toContain(`there is a ${directory}/bridge.before-lxc-cni already`);
    expect(await host.run(["cat", `${directory}/bridge`, `${directory}/bridge.before-lxc-cni`])).toBe(
      "new\nold",
    );
  });

  test("the directory of the plugins themselves is refused, by whatever path", async ({ host }) => {
    await host.run(["ln", "-s", variant.directory, directory]);
    for (const path of [variant.directory, directory]) {
      const { status, errors } = await plugins(variant, host, "link", path);
      expect(status).toBe(1);
      expect(errors).toContain(`${path} is where the plugins are themselves`);
    }
  });
});

async function plugins({ directory: own, environment }: Variant, host: Host, ...words: string[]) {
  return await host.attempt([`${own}/lxc-cni`, "plugins", ...words], { env: environment });
}

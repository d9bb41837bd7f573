import { expect } from "vitest";
import { test } from "../fixture/test.ts";
import { anyVariant } from "../fixture/variants.ts";
import { shells } from "./shells.ts";

for (const shell of shells.filter(({ name }) => name !== "fish")) {
  test(`${shell.name} offers the networks of the host, whatever they are called`, async ({ host, skip }) => {
    const reason = await shell.missing();
    const variant = anyVariant();
    if (reason !== undefined) skip(reason);
    if (variant === undefined) return skip("nothing is built");
    for (const name of ["backnet", "simplenet"]) {
      const network = { cniVersion: "1.1.0", name, plugins: [{ type: "bridge" }] };
      await host.write(`/etc/lxc-cni/net.d/${name}.conflist`, JSON.stringify(network));
    }
    const program = `${variant.directory}/lxc-cni`;
    expect(await shell.complete([program, "network", "rm", ""], host)).toEqual(["backnet", "simplenet"]);
    expect(await shell.complete([program, "network", "show", "--json", "si"], host)).toEqual(["simplenet"]);
    const more = await shell.complete([program, "network", "rm", "simplenet", ""], host);
    expect(more.filter((word) => !word.startsWith("-"))).toEqual([]);
  });
}

test("names of containers are offered, and nothing in them is done", async ({ host }) => {
  const [bash] = shells;
  const program = `${anyVariant()?.directory}/lxc-cni`;
  for (const name of ["web", "$(touch done)", "a b"]) await host.write(`/var/lib/lxc/${name}/config`, "");
  const listed = await host.run([program, "completion", "containers"]);
  expect(listed.split("\n")).toEqual(["$(touch done)", "a b", "web"]);
  const offered = await bash?.complete([program, "doctor", ""], host);
  expect(offered).toEqual(["\\$\\(touch\\ done\\)", "a\\ b", "web"]);
  expect((await host.attempt(["ls", "/done"])).status).not.toBe(0);
});

import { beforeEach, describe, expect, test } from "vitest";
import { commands } from "../../lxc/commands/all.ts";
import { shells } from "./shells.ts";

for (const shell of shells) {
  describe(`completion in ${shell.name}`, async () => {
    const reason = await shell.missing();
    if (reason !== undefined) beforeEach(({ skip }) => skip(reason));

    test("offers every first word, and every second one", async () => {
      const first = [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? ""))];
      expect(await shell.complete(["lxc-cni", ""])).toEqual([...first, "help"].sort());
      for (const group of first) {
        const second = commands.flatMap(({ name }) =>
          name.startsWith(`${group} `) ? [name.split(" ")[1]] : [],
        );
        if (second.length === 0) continue;
        expect(await shell.complete(["lxc-cni", group, ""]), group).toEqual(expect.arrayContaining(second));
      }
      expect(await shell.complete(["lxc-cni", "help", ""])).toEqual(first.sort());
      expect(await shell.complete(["lxc-cni", "ver"])).toEqual(["version"]);
    });

    test.each(commands.map((command) => [command.name, command] as const))(
      "offers every option of %s",
      async (name, { options }) => {
        const words = Object.keys(options).map((each) => `--${each}`);
        const offered = await shell.complete(["lxc-cni", ...name.split(" "), "--"]);
        expect(offered.map((word) => word.replace(/=$/, ""))).toEqual([...words, "--help"].sort());
      },
    );

    test("offers what may stand for an option's value, and for a word", async () => {
      expect(await shell.complete(["lxc-cni", "network", "create", "--mtu", ""])).toEqual(["auto"]);
      expect(await shell.complete(["lxc-cni", "completion", ""])).toEqual(["bash", "fish", "zsh"]);
      const more = await shell.complete(["lxc-cni", "completion", "bash", ""]);
      expect(more.filter((word) => !word.startsWith("-"))).toEqual([]);
    });
  });
}

test("bash takes what stands behind = apart", async () => {
  const bash = shells.find(({ name }) => name === "bash");
  const words = ["lxc-cni", "network", "create", "--mtu", "="];
  expect(await bash?.complete(words)).toEqual(["auto"]);
  expect(await bash?.complete([...words, "a"])).toEqual(["auto"]);
  expect(await bash?.complete([...words, "auto", "--ip"])).toEqual(["--ipv6"]);
});

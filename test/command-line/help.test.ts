import { expect, test } from "vitest";
import { commands } from "../../lxc/commands/all.ts";
import { runCommand } from "../fixture/command.ts";
import { describeEngines } from "../runtime/engines.ts";

describeEngines("lxc-cni", (variant) => {
  const run = (...words: string[]) => runCommand([`${variant.directory}/lxc-cni`, ...words]);

  test("help COMMAND says what COMMAND --help says", async () => {
    for (const { name } of commands) {
      const [help, option] = [await run("help", ...name.split(" ")), await run(...name.split(" "), "--help")];
      expect(help).toMatchObject({ status: 0, output: option.output, errors: "" });
      expect(option.output.startsWith(`usage: lxc-cni ${name}`)).toBe(true);
    }
    expect(await run("help", "network")).toMatchObject({
      status: 0,
      output: expect.stringMatching(/network ls.*network create/s),
    });
    expect((await run("help")).output).toBe((await run("--help")).output);
  });

  test.each([
    [["netwrok"], 'there is no command "netwrok"; did you mean network?'],
    [["network", "craete", "x"], "did you mean network create?"],
    [["network", "remove"], "only network ls, network show, network create, network rm"],
    [["versoin"], "did you mean version?"],
    [["help", "verson"], "did you mean version?"],
    [["xyzzy"], 'there is no command "xyzzy"\n'],
    [["network", "ls", "--jsno"], "did you mean --json?"],
    [[], "there is no command\n"],
  ])("%j: %s", async (words, message) => {
    const { status, output, errors } = await run(...words);
    expect({ status, output }).toEqual({ status: 2, output: "" });
    expect(errors).toContain(message);
  });
});

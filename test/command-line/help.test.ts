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
    const { output } = await run("--help");
    for (const words of [["help"], ["-h"], ["help", "help"], ["--help", "--help"], ["help", "--help"]]) {
      expect(await run(...words)).toMatchObject({ status: 0, output, errors: "" });
    }
  });

  test("--version says what version says", async () => {
    const { output } = await run("version");
    expect(output).toMatch(/\d/);
    expect(await run("--version")).toMatchObject({ status: 0, output, errors: "" });
  });

  test("what is not understood, or not there, shows without controls for the terminal", async () => {
    for (const words of [
      ["\x1b[2Jx"],
      ["ls", "\x1b[2Jx"],
      ["network", "show", "\x1b[2Jx"],
      ["enable", "\x1b[2Jx", "net"],
    ]) {
      const { status, errors } = await run(...words);
      expect(status).toBeGreaterThan(0);
      expect(errors).toContain("\\x1b[2Jx");
      expect(errors).not.toContain("\x1b");
    }
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

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { helpOf, helpOfAll } from "../../lxc/command-line/help.ts";
import { parseWords } from "../../lxc/command-line/parse-words.ts";
import { commands } from "../../lxc/commands/all.ts";
import { splitShellWords } from "../../lxc/hook/shell-words.ts";

const page = readFileSync(new URL("../../docs/commands.md", import.meta.url), "utf8");

describe.each(commands.map((command) => [command.name, command] as const))("%s", (name, command) => {
  test("has a summary that fits the list of commands", () => {
    expect(command.summary).toMatch(/^[a-z].*[^.]$/);
    for (const line of helpOfAll(commands).split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  test("has help in lines of 100 characters, but for examples", () => {
    const [help = ""] = helpOf(command).split("\nexamples:\n");
    for (const line of help.split("\n").slice(1)) expect(line.length, line).toBeLessThanOrEqual(100);
    expect(help).not.toMatch(/undefined/);
    expect(command.description.trim()).toMatch(/[.!?]$/);
    for (const { does } of Object.values(command.options)) expect(does).toMatch(/^[a-z].*[^.]$/s);
  });

  test("is on the page of commands as it describes itself, with a screen", () => {
    const section = `## ${name}\n\n\`\`\`\n${helpOf(command).trimEnd()}\n\`\`\`\n`;
    expect(page.includes(section), `docs/commands.md is out of date: npm run screens`).toBe(true);
    expect(page).toMatch(new RegExp(`^# lxc-cni ${name}`, "m"));
  });

  test("has options whose short forms differ", () => {
    const letters = Object.values(command.options).flatMap(({ short }) => short ?? []);
    expect(new Set(letters).size).toBe(letters.length);
    expect(letters).not.toContain("h");
  });

  test("has examples, which it understands", () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line, does } of command.examples) {
      const words = splitShellWords(line.replace(/ > \S+$/, ""));
      const start = words.findIndex((word) => /(^|\/)lxc-cni$/.test(word));
      expect(words.slice(start + 1, start + 1 + name.split(" ").length).join(" "), line).toBe(name);
      expect(() => parseWords(command, words.slice(start + 1 + name.split(" ").length)), line).not.toThrow();
      expect(does).not.toMatch(/\.$/);
    }
  });
});

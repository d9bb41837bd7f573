import { expect, test } from "vitest";
import { Code } from "../../lib/cni/error.ts";
import { openPage } from "./page.ts";

const documented = openPage("errors.md").rows("Errors");

test("docs/errors.md has every code, in order, and no other", () => {
  const codes = Object.entries(Code).map(([name, code]) => [String(code), name]);
  expect(documented.map(([code, name]) => [code, name])).toEqual(codes);
});

test("every code has a meaning, and something to do about it unless it is not used", () => {
  for (const [, name, meaning = "", remedy = ""] of documented) {
    expect(meaning, name).not.toBe("");
    if (!meaning.toLowerCase().includes("not used")) expect(remedy, name).not.toBe("");
  }
});

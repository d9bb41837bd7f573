import { expect, test } from "vitest";
import { nearest } from "../../lxc/command-line/nearest.ts";

test("a word is a misspelt one up to two changes away", () => {
  expect(nearest("statsu", ["ls", "status"])).toBe("status");
  expect(nearest("statsuxx", ["ls", "status"])).toBeUndefined();
  expect(nearest("sl", ["ls", "del"])).toBe("ls");
  expect(nearest("web", ["ls", "del"]), "one letter of three").toBeUndefined();
});

// Letter by letter, it would take minutes.
test("a word that is much too long is not looked through", () => {
  expect(nearest("x".repeat(2 ** 28), ["ls", "status"])).toBeUndefined();
});

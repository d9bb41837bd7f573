import { expect, test } from "vitest";
import { printable } from "../../lxc/output/printable.ts";

test.each([
  ["web, ä, 网", "web, ä, 网"],
  ["\x1b[32mok\x1b[0m \x1b[1m\x1b[2m\x1b[31m\x1b[33m", "\x1b[32mok\x1b[0m \x1b[1m\x1b[2m\x1b[31m\x1b[33m"],
  ["\x1b[8mhidden\x1b[5m", "\\x1b[8mhidden\\x1b[5m"],
  ["a\nb\tc\r\x07\x7f\x9b2J\x00", "a\\x0ab\\x09c\\x0d\\x07\\x7f\\x9b2J\\x00"],
])("%j shows as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
